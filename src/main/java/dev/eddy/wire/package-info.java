/**
 * Topic bytes ⇄ fields and predictions; files of events. Nothing here knows Kafka's clients, a network or the clock: event
 * time comes in with the event.
 */
package dev.eddy.wire;
