/**
 * What a sequence carries between events, and its bytes (layout: {@code schemas/state.md}). State bytes name the model they
 * belong to and are never read into another.
 */
package dev.eddy.state;
