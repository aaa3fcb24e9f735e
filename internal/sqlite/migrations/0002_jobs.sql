ALTER TABLE course ADD COLUMN autopull       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE course ADD COLUMN autobuild      INTEGER NOT NULL DEFAULT 0;
ALTER TABLE course ADD COLUMN archived       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE course ADD COLUMN webhook_secret TEXT    NOT NULL DEFAULT '';

-- Long pieces of work: those that wait, run, and have ended. Their logs are files.
CREATE TABLE job (
    id         TEXT    PRIMARY KEY,
    kind       TEXT    NOT NULL,
    course     TEXT    NOT NULL, -- empty: of the whole site
    subject    TEXT    NOT NULL, -- what of the course; may be empty
    state      TEXT    NOT NULL,
    error_kind TEXT    NOT NULL,
    error      TEXT    NOT NULL,
    created_at INTEGER NOT NULL, -- in milliseconds, as the next two: jobs are told apart by age
    started_at INTEGER NOT NULL, -- 0: not yet
    ended_at   INTEGER NOT NULL  -- 0: not yet
) STRICT;
CREATE INDEX job_course ON job (course, kind, created_at);

-- What is being done to a course as a whole, until it is done: a program that
-- is killed meanwhile finishes it when it starts again.
CREATE TABLE course_change (
    course     TEXT    PRIMARY KEY, -- under its name before the change
    action     TEXT    NOT NULL,    -- rename or delete
    detail     TEXT    NOT NULL,    -- JSON, of the action
    created_at INTEGER NOT NULL
) STRICT;
