-- What the list is filtered by besides: the image, how long it took, and its batches.
CREATE INDEX invocations_by_image ON invocations (image, position);
CREATE INDEX invocations_by_duration ON invocations ((finished_at - submitted_at), position);
CREATE INDEX batches_by_name ON batches (name, invocation);
CREATE INDEX batches_running ON batches (invocation) WHERE state = 'running';
CREATE INDEX batches_failed ON batches (invocation) WHERE failed > 0;
