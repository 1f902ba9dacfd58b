/**
 * Eddy inside Kafka Streams: the processor, its store, the topology, and what happens to errors. The only package that knows
 * Kafka Streams' interfaces.
 */
package dev.eddy.stream;
