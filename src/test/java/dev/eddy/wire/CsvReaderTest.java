package dev.eddy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CsvReaderTest {
    @Test
    void shouldMakeAnObjectOfEachRow() throws IOException {
        List<EventRow> rows =
                read("\uFEFFkey,timestamp,x,on,note\r\npump,1000,1.50e3,true,hot\r\n007,2026-03-01,,no,\r\n");

        assertThat(rows)
                .extracting(row -> text(row.value()))
                .containsExactly(
                        "{\"key\":\"pump\",\"timestamp\":1000,\"x\":1.50e3,\"on\":true,\"note\":\"hot\"}",
                        "{\"key\":\"007\",\"timestamp\":\"2026-03-01\",\"on\":\"no\"}");
        assertThat(rows).extracting(row -> text(row.key())).containsExactly("pump", "007");
        assertThat(rows).extracting(EventRow::timestamp).containsExactly(1000L, 1_772_323_200_000L);
    }

    @Test
    void shouldReadQuotedCellsAsTheStandardSays() throws IOException {
        List<EventRow> rows = read("key,a,b\n\"x,y\",\"say \"\"hi\"\"\",\"two\nlines\"\nz,5\" pipe,\"\"\n");

        assertThat(rows)
                .extracting(row -> text(row.value()))
                .containsExactly(
                        "{\"key\":\"x,y\",\"a\":\"say \\\"hi\\\"\",\"b\":\"two\\nlines\"}",
                        "{\"key\":\"z\",\"a\":\"5\\\" pipe\"}");
        assertThat(rows).extracting(EventRow::line).containsExactly(2L, 4L);
    }

    @Test
    void shouldKeepWhatOnlyLooksLikeANumberAsText() throws IOException {
        assertThat(text(read("a,b,c,d,e,f\n01,+1,.5,1., 2,NaN\n").get(0).value()))
                .isEqualTo("{\"a\":\"01\",\"b\":\"+1\",\"c\":\".5\",\"d\":\"1.\",\"e\":\" 2\",\"f\":\"NaN\"}");
        assertThat(text(read("a,b,c,d\n0,-0.0,1E5,123456789012345678901\n")
                        .get(0)
                        .value()))
                .isEqualTo("{\"a\":0,\"b\":-0.0,\"c\":1E5,\"d\":123456789012345678901}");
    }

    @Test
    void shouldGiveBadRowsAsEventsAndGoOn() throws IOException {
        List<EventRow> rows = read("key,x\na,1,2\nb,\"1\"2\nc,3\nd,\"open\n");

        assertThat(rows)
                .extracting(row -> text(row.value()))
                .containsExactly("a,1,2", "b,\"1\"2", "{\"key\":\"c\",\"x\":3}", "d,\"open");
        assertThat(rows)
                .extracting(EventRow::problem)
                .satisfiesExactly(
                        problem -> assertThat(problem).isEqualTo("the row has 3 cells, the header 2"),
                        problem -> assertThat(problem).contains("closing quote of cell 2"),
                        problem -> assertThat(problem).isNull(),
                        problem -> assertThat(problem).contains("no closing quote"));
        assertThat(text(rows.get(0).key())).isEqualTo("a");
    }

    @Test
    void shouldGiveARowThatIsNotUtf8AsItsBytes() throws IOException {
        byte[] file = {'x', '\n', (byte) 0xFC, '\n'};
        try (EventFileReader reader = EventFileReader.csv(new ByteArrayInputStream(file), "key", "timestamp")) {
            EventRow row = reader.next();

            assertThat(row.value()).containsExactly(0xFC);
            assertThat(row.problem()).isEqualTo("the row is not UTF-8");
        }
    }

    @Test
    void shouldEndASequenceWithATombstone() throws IOException {
        List<EventRow> rows = read("key,x,tombstone\na,1,\na,,true\n");

        assertThat(text(rows.get(0).value())).isEqualTo("{\"key\":\"a\",\"x\":1}");
        assertThat(rows.get(1).value()).isNull();
    }

    @Test
    void shouldRefuseAHeaderThatNamesAColumnTwice() {
        assertThatThrownBy(() -> read("x,x\n1,2\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'x' twice");
        assertThatThrownBy(() -> read("")).isInstanceOf(IOException.class).hasMessageContaining("empty");
    }

    @Test
    void shouldRefuseAQuotedCellThatNeverEndsWithinReasonableTime() {
        String file = "key,x\na,\"" + "0123456789\n".repeat(LineReader.MAX_LENGTH / 10);

        assertThatThrownBy(() -> read(file)).hasMessageContaining("line 2: a quoted cell does not end");
    }

    private static List<EventRow> read(String file) throws IOException {
        List<EventRow> rows = new ArrayList<>();
        try (EventFileReader reader =
                EventFileReader.csv(new ByteArrayInputStream(file.getBytes(UTF_8)), "key", "timestamp")) {
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
