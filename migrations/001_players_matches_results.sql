-- Players are guests with a handle; a session is a token in a cookie, kept here only as its hash.
CREATE TABLE players (
  id TEXT NOT NULL PRIMARY KEY,
  handle TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A match is its seed and its log; clock_us says how far to replay where no command came after.
CREATE TABLE matches (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  incident TEXT NOT NULL,
  incident_version TEXT NOT NULL,
  mode TEXT NOT NULL,
  seed TEXT NOT NULL,  -- 64 bits unsigned do not fit INTEGER
  time_scale INTEGER NOT NULL,
  host TEXT NOT NULL REFERENCES players (id),
  state TEXT NOT NULL,
  ranked INTEGER NOT NULL,
  options_json TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  clock_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX matches_open_code ON matches (code) WHERE state <> 'ended';
CREATE INDEX matches_open ON matches (created_ms) WHERE state <> 'ended';
CREATE INDEX matches_code ON matches (code, created_ms);

CREATE TABLE match_players (
  match TEXT NOT NULL REFERENCES matches (id),
  player TEXT NOT NULL REFERENCES players (id),
  PRIMARY KEY (match, player)
) STRICT, WITHOUT ROWID;

CREATE INDEX match_players_player ON match_players (player);

CREATE TABLE match_log (
  match TEXT NOT NULL REFERENCES matches (id),
  number INTEGER NOT NULL,
  time_us INTEGER NOT NULL,
  player TEXT NOT NULL,  -- empty: the server itself
  payload_json TEXT NOT NULL,
  PRIMARY KEY (match, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE results (
  match TEXT NOT NULL PRIMARY KEY REFERENCES matches (id),
  result_json TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE team_results (
  match TEXT NOT NULL REFERENCES matches (id),
  team TEXT NOT NULL,
  team_name TEXT NOT NULL,
  players_json TEXT NOT NULL,
  handles_json TEXT NOT NULL,
  incident TEXT NOT NULL,
  mode TEXT NOT NULL,
  score INTEGER NOT NULL,
  mitigation INTEGER NOT NULL,
  diagnosis INTEGER NOT NULL,
  conduct INTEGER NOT NULL,
  solved INTEGER NOT NULL,
  harm INTEGER NOT NULL,
  seconds REAL NOT NULL,
  changes INTEGER NOT NULL,
  ended_ms INTEGER NOT NULL,
  PRIMARY KEY (match, team)
) STRICT, WITHOUT ROWID;

-- What boards show, kept as results come in, so that a board is one walk along an index however many were played.
CREATE TABLE board (
  incident TEXT NOT NULL,
  team_key TEXT NOT NULL,  -- the team's name and its players
  score INTEGER NOT NULL,
  harm INTEGER NOT NULL,
  changes INTEGER NOT NULL,
  ended_ms INTEGER NOT NULL,
  match TEXT NOT NULL,
  team TEXT NOT NULL,
  PRIMARY KEY (incident, team_key),
  FOREIGN KEY (match, team) REFERENCES team_results (match, team)
) STRICT, WITHOUT ROWID;

CREATE INDEX board_order ON board (incident, score DESC, harm, changes, ended_ms, match, team);

CREATE TABLE player_best (
  player TEXT NOT NULL,
  incident TEXT NOT NULL,
  score INTEGER NOT NULL,
  PRIMARY KEY (player, incident)
) STRICT, WITHOUT ROWID;

CREATE TABLE incident_counts (
  incident TEXT NOT NULL PRIMARY KEY,
  played INTEGER NOT NULL,
  solved INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
