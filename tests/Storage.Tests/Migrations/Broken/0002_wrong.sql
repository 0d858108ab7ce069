-- Planted: fails, and must take 0001 with it.
INSERT INTO broken.nowhere VALUES (1);
