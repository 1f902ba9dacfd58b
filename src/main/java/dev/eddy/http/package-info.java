/** Metrics, health and the states of sequences over HTTP, one handler for each path. Knows no Kafka; what is served is handed in. */
package dev.eddy.http;
