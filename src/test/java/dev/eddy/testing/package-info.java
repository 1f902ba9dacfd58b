/** Brokers and clients for tests that need a real Kafka; nothing here asserts. */
package dev.eddy.testing;
