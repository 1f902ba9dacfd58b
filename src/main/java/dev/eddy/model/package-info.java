/**
 * What a network is: the model spec, its features, the order of gates, the identity of a version. Nothing here computes
 * a step, reads a file or knows Kafka.
 */
package dev.eddy.model;
