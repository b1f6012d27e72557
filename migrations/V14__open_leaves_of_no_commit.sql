-- Open leaves whose commit never comes are forgotten after a month; nothing else finds them.
CREATE INDEX wanted_unknown ON wanted (origin, since) WHERE missing AND commitment IS NULL;
