/**
 * What {@code eddy demo} shows: a simulated fleet of pumps, the models that ship for it, and the screen. Pure values and
 * rendering; nothing here knows Kafka, starts a thread or reads a clock.
 */
package dev.eddy.app.demo;
