package dev.eddy.cli;

import dev.eddy.app.Terminal;
import dev.eddy.app.files.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows on standard error how far a long command is: one line that is rewritten where somebody watches, else a line every ten
 * seconds.
 */
final class ProgressBar implements Progress, AutoCloseable {
    private static final long WATCHED = Duration.ofMillis(200).toNanos();
    private static final long LOGGED = Duration.ofSeconds(10).toNanos();
    private static final int WIDTH = 24;

    private final PrintWriter err;
    private final String noun;
    private final boolean watched;
    private final LongSupplier nanoTime;
    private final long started;
    private long next;
    private long done;
    private double fraction;
    private boolean shown;

    ProgressBar(PrintWriter err, String noun, boolean watched, LongSupplier nanoTime) {
        this.err = err;
        this.noun = noun;
        this.watched = watched;
        this.nanoTime = nanoTime;
        this.started = nanoTime.getAsLong();
        this.next = started + interval();
    }

    /**
     * A bar for a command.
     *
     * @param noun what is counted, in the plural
     */
    static ProgressBar on(PrintWriter err, String noun, boolean quiet) {
        return new ProgressBar(err, noun, Terminal.isWatched() && !quiet, System::nanoTime);
    }

    @Override
    public void at(long done, double fraction) {
        this.done = done;
        this.fraction = fraction;
        long now = nanoTime.getAsLong();
        if (now - next >= 0) {
            next = now + interval();
            show(now);
        }
    }

    /** Leaves the last state on the screen. */
    @Override
    public void close() {
        if (shown && watched) {
            show(nanoTime.getAsLong());
            err.println();
            err.flush();
        }
    }

    private long interval() {
        return watched ? WATCHED : LOGGED;
    }

    private void show(long now) {
        shown = true;
        double seconds = Math.max(now - started, 1) / 1e9;
        String line = String.format(Locale.ROOT, "%,d %s, %,.0f a second", done, noun, done / seconds);
        if (fraction > 0) {
            line = bar() + line + ", " + clock(seconds / fraction - seconds) + " to go";
        }
        if (watched) {
            err.print("\r\u001B[K" + line);
        } else {
            err.println(line);
        }
        err.flush();
    }

    private String bar() {
        int full = (int) Math.round(Math.min(fraction, 1) * WIDTH);
        return String.format(
                Locale.ROOT, "[%s%s] %3.0f %%  ", "#".repeat(full), "-".repeat(WIDTH - full), fraction * 100);
    }

    private static String clock(double seconds) {
        long rounded = Math.max(Math.round(seconds), 0);
        return rounded < 3600
                ? String.format(Locale.ROOT, "%d:%02d", rounded / 60, rounded % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", rounded / 3600, rounded / 60 % 60, rounded % 60);
    }
}
