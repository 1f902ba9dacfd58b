package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.state.CorruptStateException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class WaitingEventsTest {
    private static final byte[] KEY = {1, 2, 3};

    private final InMemoryPending store = new InMemoryPending();
    private final WaitingEvents events = new WaitingEvents(store);

    @Test
    void shouldGiveBackExactlyWhatItKept() {
        events.put(KEY, 7, events.bytes(sample(), new float[] {1, Float.MIN_VALUE}));
        float[] input = new float[2];
        events.read(KEY, 7, input);
        assertThat(input).containsExactly(1, Float.MIN_VALUE);
        Event event = events.take(KEY, 7);
        assertThat(event.time()).isEqualTo(12);
        assertThat(event.headers()).isEqualTo(sample().headers());
        assertThat(event.value()).isEqualTo(sample().value());
        assertThat(event.origin()).isEqualTo(sample().origin());
        assertThat(event.key()).isEqualTo(KEY);
        assertThatThrownBy(() -> events.take(KEY, 7))
                .isInstanceOf(CorruptStateException.class)
                .hasMessageContaining("an event that waits is not in the store");
    }

    @Test
    void shouldNoticeEveryFlippedBit() {
        byte[] bytes = events.bytes(sample(), new float[] {1});
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] damaged = bytes.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            events.put(KEY, 1, damaged);
            assertThatThrownBy(() -> events.take(KEY, 1)).isInstanceOf(CorruptStateException.class);
        }
    }

    @Test
    void shouldNotReadAnEventOfAnotherWidth() {
        events.put(KEY, 1, events.bytes(sample(), new float[] {1}));
        assertThatThrownBy(() -> events.read(KEY, 1, new float[3])).isInstanceOf(CorruptStateException.class);
    }

    @Test
    void shouldKeepTheEventsOfKeysThatBeginAlikeApart() {
        byte[] longer = {1, 2, 3, 0};
        events.put(KEY, 1, events.bytes(sample(), new float[] {1}));
        events.put(longer, 1, events.bytes(sample(), new float[] {2}));
        float[] input = new float[1];
        events.read(KEY, 1, input);
        assertThat(input).containsExactly(1);
        events.read(longer, 1, input);
        assertThat(input).containsExactly(2);
    }

    private static Event sample() {
        RecordHeaders headers = new RecordHeaders();
        headers.add("trace-ä", new byte[] {5});
        headers.add("none", null);
        headers.add("trace-ä", new byte[0]);
        byte[] value = "{\"value\":1}".getBytes(StandardCharsets.UTF_8);
        return new Event(KEY, 12, headers, value, new Event.Origin("events", 2, 1L << 40));
    }
}
