package dev.eddy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonLinesReaderTest {
    @Test
    void shouldGiveTheLinesBytesUnchangedWithKeyAndTimestamp() throws IOException {
        EventRow row = one("{ \"x\":1.50,  \"key\":\"pümp\", \"timestamp\": 1700000000123 }\r\n");

        assertThat(row.key()).isEqualTo("pümp".getBytes(UTF_8));
        assertThat(row.timestamp()).isEqualTo(1_700_000_000_123L);
        assertThat(text(row.value())).isEqualTo("{ \"x\":1.50,  \"key\":\"pümp\", \"timestamp\": 1700000000123 }");
        assertThat(row.problem()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "2026-03-01T12:00:00Z, 1772366400000",
        "2026-03-01t12:00:00.250+01:00, 1772362800250",
        "2026-03-01 12:00, 1772366400000",
        "2026-03-01 12:00:00 +0200, 1772359200000",
        "2026-03-01, 1772323200000",
        "1772366400000, 1772366400000"
    })
    void shouldReadTimesAsPeopleWriteThem(String text, long millis) throws IOException {
        assertThat(one("{\"timestamp\":\"" + text + "\"}").timestamp()).isEqualTo(millis);
    }

    @ParameterizedTest
    @CsvSource({"yesterday, neither", "1969-12-31T23:59:59Z, before 1970", "99999999999999999999, no time"})
    void shouldDeliverAnEventWithAWrongTimeWithoutIt(String text, String problem) throws IOException {
        EventRow row = one("{\"key\":\"a\",\"timestamp\":\"" + text + "\"}");

        assertThat(row.timestamp()).isNull();
        assertThat(row.problem()).contains(problem);
        assertThat(row.value()).isNotNull();
    }

    @Test
    void shouldTakeKeyAndTimeFromNestedPaths() throws IOException {
        String line = "{\"key\":\"no\",\"machine\":{\"x\":{\"id\":1},\"id\":42.0,\"at\":7.9}}\n";
        EventRow row = read(line, "machine.id", "machine.at").get(0);

        assertThat(text(row.key())).isEqualTo("42.0");
        assertThat(row.timestamp()).isEqualTo(7);
    }

    @Test
    void shouldGiveBrokenLinesAsEventsAndGoOn() throws IOException {
        List<EventRow> rows = read("{\"key\":\"a\",\"x\":\n\n[1]\n{} {}\n{\"key\":\"b\"}", "key", "timestamp");

        assertThat(rows).extracting(EventRow::line).containsExactly(1L, 3L, 4L, 5L);
        assertThat(rows)
                .extracting(row -> text(row.value()))
                .containsExactly("{\"key\":\"a\",\"x\":", "[1]", "{} {}", "{\"key\":\"b\"}");
        assertThat(rows.subList(0, 3)).extracting(EventRow::problem).doesNotContainNull();
        assertThat(text(rows.get(0).key())).isEqualTo("a");
        assertThat(rows.get(3).problem()).isNull();
    }

    @Test
    void shouldEndASequenceWithATombstone() throws IOException {
        EventRow row = one("{\"key\":\"a\",\"timestamp\":5,\"tombstone\":true}");

        assertThat(row.value()).isNull();
        assertThat(text(row.key())).isEqualTo("a");
        assertThat(one("{\"key\":\"a\",\"tombstone\":false}").value()).isNotNull();
    }

    @Test
    void shouldLeaveOutAByteOrderMarkAndCountBytes() throws IOException {
        byte[] file = "\uFEFF{\"key\":null}\n".getBytes(UTF_8);
        try (EventFileReader reader = EventFileReader.jsonLines(new ByteArrayInputStream(file), "key", "timestamp")) {
            EventRow row = reader.next();

            assertThat(text(row.value())).isEqualTo("{\"key\":null}");
            assertThat(row.key()).isNull();
            assertThat(row.problem()).isNull();
            assertThat(reader.next()).isNull();
            assertThat(reader.bytesRead()).isEqualTo(file.length);
        }
    }

    @Test
    void shouldRefuseAFileWithoutLineEnds() {
        assertThatThrownBy(() -> one("x".repeat(LineReader.MAX_LENGTH + 1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line 1 is longer than 16 MiB");
    }

    private static EventRow one(String file) throws IOException {
        List<EventRow> rows = read(file, "key", "timestamp");
        assertThat(rows).hasSize(1);
        return rows.get(0);
    }

    private static List<EventRow> read(String file, String key, String timestamp) throws IOException {
        List<EventRow> rows = new ArrayList<>();
        try (EventFileReader reader =
                EventFileReader.jsonLines(new ByteArrayInputStream(file.getBytes(UTF_8)), key, timestamp)) {
            for (EventRow row = reader.next(); row != null; row = reader.next()) {
                rows.add(row);
            }
        }
        return rows;
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, UTF_8);
    }
}
