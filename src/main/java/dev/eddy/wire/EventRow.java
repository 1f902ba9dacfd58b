package dev.eddy.wire;

/**
 * One event of a file, as it would be one record of the input topic.
 *
 * @param line the line of the file on which it begins, from 1
 * @param key the key's bytes, or {@code null} where it has none
 * @param timestamp the event time in epoch milliseconds, or {@code null} where it has none
 * @param value the JSON object; the line as it is where it cannot be decoded; {@code null} where the sequence ends
 * @param problem what is wrong with the line, or {@code null}
 */
public record EventRow(long line, byte[] key, Long timestamp, byte[] value, String problem) {}
