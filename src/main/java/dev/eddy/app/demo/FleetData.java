package dev.eddy.app.demo;

import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes the events of a fleet as JSON lines: what the shipped models were trained on, and a file to try Eddy with. */
@Command(
        name = "FleetData",
        mixinStandardHelpOptions = true,
        description = "Writes the events of a simulated fleet to standard output, one JSON object a line.")
public final class FleetData implements Runnable {
    @Option(names = "--machines", defaultValue = "64", description = "Machines in the fleet (${DEFAULT-VALUE}).")
    private int machines;

    @Option(names = "--events", defaultValue = "200000", description = "Events in all (${DEFAULT-VALUE}).")
    private long events;

    @Option(names = "--seed", defaultValue = "1", description = "Seed of all chance (${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--start", defaultValue = "2026-01-05T00:00:00Z", description = "Time of the first event.")
    private Instant start;

    @Option(
            names = "--interval",
            defaultValue = "60000",
            description = "Milliseconds between two reports of a machine.")
    private long interval;

    private final PrintStream out;

    FleetData(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] args) {
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out, 1 << 16), false, StandardCharsets.UTF_8);
        int exitCode = new CommandLine(new FleetData(out)).execute(args);
        out.flush();
        System.exit(exitCode);
    }

    @Override
    public void run() {
        Fleet fleet = new Fleet(machines, seed);
        for (long i = 0; i < events; i++) {
            out.print(fleet.next(start.toEpochMilli() + i * interval / machines).line() + "\n");
        }
    }
}
