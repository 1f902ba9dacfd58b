/**
 * What a stream costs, end to end: programs to be run, not tests. Twins that differ in one thing process the same events
 * through a broker in a JVM of its own; only the ratios of runs that took turns mean anything.
 */
package dev.eddy.bench;
