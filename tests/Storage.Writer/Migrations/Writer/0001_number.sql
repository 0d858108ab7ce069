CREATE TABLE writer.number (n bigint PRIMARY KEY);
SELECT storage.declare_shared('writer.number', 'what the resilience tests wrote; no municipality''s data');
