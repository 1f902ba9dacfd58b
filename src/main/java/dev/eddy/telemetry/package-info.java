/**
 * Meters: what an instance counts and times, and their text for Prometheus. Names begin with {@code eddy_}; nothing here
 * knows who measures.
 */
package dev.eddy.telemetry;
