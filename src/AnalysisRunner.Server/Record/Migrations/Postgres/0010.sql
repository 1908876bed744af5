-- An invocation is changed some five times until it ends. Where its page has room for the next version, indexes over what did not change stay as they are.
ALTER TABLE invocations SET (fillfactor = 50);
-- What a run is started from is forgotten at its end: not worth to be compressed.
ALTER TABLE run_documents SET (toast_tuple_target = 8160);
