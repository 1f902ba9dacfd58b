package dev.eddy.app.demo;

import dev.eddy.catalogue.Deployment;
import dev.eddy.model.ModelId;
import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.stream.Collectors;

/** Renders the demo as lines that scroll by. Decides nothing and reads no clock. Not thread-safe. */
public final class DemoScreen {
    private final PrintStream out;
    private final Ink ink;
    private final DateTimeFormatter clock;

    /**
     * A screen.
     *
     * @param zone where event times are shown
     */
    public DemoScreen(PrintStream out, Ink ink, ZoneId zone) {
        this.out = out;
        this.ink = ink;
        this.clock = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(zone);
    }

    /** The broker takes connections. */
    public void brokerStarted(String bootstrapServers) {
        announce("broker started on " + bootstrapServers);
    }

    /** The machines begin to send. */
    public void fleetStarted(int machines, String topic) {
        announce(machines + " pumps send their events to " + topic + ", one sequence each; some of them fail");
    }

    /** A model is on the control topic. */
    public void published(ModelId id, long bytes) {
        announce(format("model %s published, %d KiB", id, (bytes + 1023) / 1024));
    }

    /** An instance has verified and compiled a model and its probes passed. */
    public void ready(ModelId id, String instance) {
        announce(id.label() + " READY on " + instance + ": hash, shapes and probes are right");
    }

    /** A model scores from an event time on. */
    public void deployed(ModelId id, long from) {
        announce(id.label() + " deployed, scores "
                + (from == Deployment.BEGINNING ? "events of all times" : "from event time " + time(from)));
    }

    /** A deployment moves all sequences to another model; the stream goes on. */
    public void swap(long eventTime, ModelId from, ModelId to) {
        announce("SWAP at event time " + time(eventTime) + ": " + from.label() + " -> " + to.label()
                + "; each pump moves at its first event from then on, nothing stops");
    }

    /** The first prediction of a version. */
    public void firstPrediction(TagLine line) {
        announce("first prediction by " + line.model() + ":");
        prediction(line);
    }

    /** What the swap was good for. */
    public void swapped(ModelId from, double before, ModelId to, double after) {
        announce(format(
                "accuracy %.1f %% by %s before the swap, %.1f %% by %s after",
                100 * before, from.label(), 100 * after, to.label()));
    }

    /** One prediction of a tagger. */
    public void prediction(TagLine line) {
        String verdict = format("%-12s %.2f", line.label(), line.probability());
        String truth = line.correct() ? "(truth " + line.truth() + ")" : "(truth " + line.truth() + ", wrong)";
        out.println(head(line.eventTime(), line.machine(), line.step())
                + ink.paint(colour(line), verdict)
                + format("  %-28s  ", truth)
                + ink.paint(Ink.DIM, line.model()));
    }

    private static String colour(TagLine line) {
        if (!line.correct()) {
            return Ink.RED;
        }
        return line.label().equals(Condition.NORMAL.label()) ? Ink.DIM : Ink.GREEN;
    }

    /** One prediction of a forecaster. */
    public void forecast(ForecastLine line) {
        String values = line.values().stream().map(DemoScreen::value).collect(Collectors.joining(", "));
        out.println(head(line.eventTime(), line.machine(), line.step()) + "next " + values + "  "
                + ink.paint(Ink.DIM, line.model()));
    }

    private static String value(ForecastLine.Value value) {
        String next = format("%s %.2f", value.field(), value.next());
        return Double.isNaN(value.residual()) ? next : next + format(" (last off by %+.2f)", value.residual());
    }

    /** The figures. */
    public void figures(Figures figures) {
        String accuracy = figures.accuracy().entrySet().stream()
                .map(entry -> format("%s %.1f %%", entry.getKey(), 100 * entry.getValue()))
                .collect(Collectors.joining(", "));
        out.println(ink.paint(
                Ink.BOLD,
                format(
                        "-- %,d events  %,.0f/s  latency p50 %.1f ms p99 %.1f ms  active %s  accuracy %s",
                        figures.events(),
                        figures.eventsPerSecond(),
                        figures.p50Millis(),
                        figures.p99Millis(),
                        figures.active(),
                        accuracy.isEmpty() ? "-" : accuracy)));
    }

    /** How to go on with one's own data. */
    public void nextSteps() {
        announce("now with your own topic:");
        NextSteps.LINES.forEach(out::println);
    }

    /** Anything else worth a line of its own. */
    public void announce(String text) {
        out.println(ink.paint(Ink.CYAN, ">> " + text));
    }

    private String head(long eventTime, String machine, long step) {
        return format("%s  %s  step %-4d  ", time(eventTime), machine, step);
    }

    private String time(long eventTime) {
        return clock.format(Instant.ofEpochMilli(eventTime));
    }

    private static String format(String pattern, Object... arguments) {
        return String.format(Locale.ROOT, pattern, arguments);
    }
}
