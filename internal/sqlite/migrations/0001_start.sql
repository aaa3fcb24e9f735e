-- Times are UTC, in seconds since 1970.

-- One row: what tells this site from others that share a container engine.
CREATE TABLE site (
    id         TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE course (
    name       TEXT    PRIMARY KEY,
    giturl     TEXT    NOT NULL,
    branch     TEXT    NOT NULL DEFAULT '',
    image      TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- The user id of each student who was ever seen; it is never given to another.
CREATE TABLE student (
    name TEXT    PRIMARY KEY,
    uid  INTEGER NOT NULL UNIQUE
) STRICT;

-- Servers that run, or are on their way up or down: what a restart must find again.
CREATE TABLE server (
    id         TEXT    PRIMARY KEY,
    course     TEXT    NOT NULL,
    student    TEXT    NOT NULL,
    secret     TEXT    NOT NULL,
    token      TEXT    NOT NULL,
    image      TEXT    NOT NULL,
    revision   TEXT    NOT NULL,
    dir        TEXT    NOT NULL,
    uid        INTEGER NOT NULL,
    state      TEXT    NOT NULL,
    started_at INTEGER NOT NULL,
    UNIQUE (course, student)
) STRICT;

-- Servers that are gone: who comes with an address of one, secret included, may
-- open the same workspace again. The secret itself is forgotten, its SHA-256 kept.
CREATE TABLE past_server (
    id          TEXT    PRIMARY KEY,
    secret_hash BLOB    NOT NULL,
    course      TEXT    NOT NULL,
    student     TEXT    NOT NULL,
    ended_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX past_server_ended_at ON past_server (ended_at);
