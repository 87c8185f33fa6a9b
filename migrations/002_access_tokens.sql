-- What a player's own tools show at a match's doors. The token itself is kept only as its hash.
CREATE TABLE access_tokens (
  id TEXT NOT NULL PRIMARY KEY,
  token_hash TEXT NOT NULL,
  player TEXT NOT NULL REFERENCES players (id),
  match TEXT NOT NULL REFERENCES matches (id),
  team TEXT NOT NULL,
  name TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX access_tokens_of_player ON access_tokens (match, player, created_ms);
