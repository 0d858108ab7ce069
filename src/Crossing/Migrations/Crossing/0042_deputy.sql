-- Decided in another's place (代理): of which post, beside who it was.
ALTER TABLE crossing.step ADD COLUMN deputy_of text CHECK (length(deputy_of) <= 40);
