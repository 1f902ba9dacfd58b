/**
 * Versions of models and which is in force when: assembles what the control topic carries, compiles it off the stream
 * threads, and answers, for an event time, which model scores. Knows no Kafka; control records come in as keys and bytes.
 */
package dev.eddy.catalogue;
