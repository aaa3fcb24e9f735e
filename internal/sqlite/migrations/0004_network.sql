-- What the servers of a course reach: bridge, none, or empty for what the site says.
ALTER TABLE course ADD COLUMN network TEXT NOT NULL DEFAULT '';
