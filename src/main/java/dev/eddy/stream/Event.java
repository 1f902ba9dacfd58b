package dev.eddy.stream;

import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * A record of the input topic.
 *
 * @param key     key of its sequence; null is refused
 * @param time    its time, epoch milliseconds
 * @param headers its headers
 * @param value   its bytes; null ends the sequence
 * @param origin  where it came from
 */
public record Event(byte[] key, long time, Headers headers, byte[] value, Origin origin) {
    /**
     * Where a record came from.
     *
     * @param topic     its topic; empty where there is none
     * @param partition its partition; -1 if not known
     * @param offset    its offset, or line in a file
     */
    public record Origin(String topic, int partition, long offset) {
        /** Of no topic. */
        public static final Origin UNKNOWN = new Origin("", -1, -1);
    }

    /** The same under another key. */
    Event withKey(byte[] other) {
        return new Event(other, time, headers, value, origin);
    }

    /**
     * Refuses an event without a key.
     *
     * @throws BadEventException if it has none
     */
    void requireKey() {
        if (key == null) {
            throw new BadEventException(Reason.NULL_KEY, "the record has no key, so it belongs to no sequence");
        }
    }

    /** The moment at which a sequence ends by itself. */
    static Event end(byte[] key, long time) {
        return new Event(key, time, new RecordHeaders(), null, Origin.UNKNOWN);
    }
}
