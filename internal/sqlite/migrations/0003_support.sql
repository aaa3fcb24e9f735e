-- What support codes are made with: only who has it can tell whose a code is.
ALTER TABLE site ADD COLUMN secret BLOB NOT NULL DEFAULT x'';
