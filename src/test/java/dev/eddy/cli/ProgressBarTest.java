package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private final StringWriter err = new StringWriter();
    private final AtomicLong clock = new AtomicLong();

    @Test
    void shouldRewriteOneLineWhereSomebodyWatches() {
        try (ProgressBar bar = bar(true)) {
            clock.addAndGet(1_000_000_000L);
            bar.at(500, 0.25);
            bar.at(501, 0.26);
        }
        assertThat(err.toString())
                .startsWith("\r\u001B[K[######------------------]  25 %  500 events, 500 a second, 0:03 to go\r")
                .endsWith("\r\u001B[K[######------------------]  26 %  501 events, 501 a second, 0:03 to go"
                        + System.lineSeparator());
    }

    @Test
    void shouldWriteALineEveryTenSecondsElsewhere() {
        try (ProgressBar bar = bar(false)) {
            for (int second = 1; second <= 25; second++) {
                clock.addAndGet(1_000_000_000L);
                bar.at(second * 1000L, Double.NaN);
            }
        }
        assertThat(err.toString().lines())
                .containsExactly("10,000 events, 1,000 a second", "20,000 events, 1,000 a second");
    }

    @Test
    void shouldShowNothingForWhatIsDoneAtOnce() {
        try (ProgressBar bar = bar(true)) {
            bar.at(1, 1);
        }
        assertThat(err.toString()).isEmpty();
    }

    private ProgressBar bar(boolean watched) {
        return new ProgressBar(new PrintWriter(err), "events", watched, clock::get);
    }
}
