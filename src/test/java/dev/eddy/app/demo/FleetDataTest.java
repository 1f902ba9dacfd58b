package dev.eddy.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FleetDataTest {
    @Test
    void shouldWriteEventsInTheOrderOfTheirTimes() {
        List<String> lines = run("--machines", "3", "--events", "5", "--seed", "9", "--interval", "3000");

        Fleet same = new Fleet(3, 9);
        long start = Instant.parse("2026-01-05T00:00:00Z").toEpochMilli();
        assertThat(lines).hasSize(5);
        for (int i = 0; i < 5; i++) {
            assertThat(lines.get(i)).isEqualTo(same.next(start + i * 1000L).line());
        }
    }

    private static List<String> run(String... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        assertThat(new CommandLine(new FleetData(out)).execute(arguments)).isZero();
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
