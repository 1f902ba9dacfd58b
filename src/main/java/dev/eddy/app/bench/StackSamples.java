package dev.eddy.app.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where the stream threads of this process spend their time, by a flight recording.
 *
 * <p>The recorder looks at every thread that runs Java code in each period, but at only one of all threads that are in native
 * code, in turn. So a sample in native code counts as much of the time as a round takes, and a round is what a thread that
 * is always in native code (it waits for the network) has one sample of.
 */
final class StackSamples implements AutoCloseable {
    private static final String JAVA = "jdk.ExecutionSample";
    private static final String NATIVE = "jdk.NativeMethodSample";
    private static final Duration JAVA_PERIOD = Duration.ofMillis(10);
    private static final Duration NATIVE_PERIOD = Duration.ofMillis(5);

    private final Recording recording = new Recording();

    StackSamples() {
        recording.enable(JAVA).withPeriod(JAVA_PERIOD).withStackTrace();
        recording.enable(NATIVE).withPeriod(NATIVE_PERIOD).withStackTrace();
        recording.start();
    }

    /** Whether this JVM can record. */
    static boolean areAvailable() {
        return FlightRecorder.isAvailable();
    }

    /**
     * Ends the recording and says what was seen between two moments.
     *
     * @param file where it may be written
     * @return the part of the busy time of all stream threads that each part takes, 0 to 1; empty if nothing was seen
     */
    Map<Part, Double> shares(Path file, Instant from, Instant to) throws IOException {
        recording.stop();
        recording.dump(file);
        Map<Part, Double> javaSamples = new EnumMap<>(Part.class);
        Map<Part, Double> nativeSamples = new EnumMap<>(Part.class);
        Map<Long, Integer> nativeOfThread = new HashMap<>();
        try (RecordingFile events = new RecordingFile(file)) {
            while (events.hasMoreEvents()) {
                RecordedEvent event = events.readEvent();
                String name = event.getEventType().getName();
                boolean inJava = name.equals(JAVA);
                if (!(inJava || name.equals(NATIVE))
                        || event.getStackTrace() == null
                        || event.getStartTime().isBefore(from)
                        || event.getStartTime().isAfter(to)) {
                    continue;
                }
                RecordedThread thread = event.getThread("sampledThread");
                if (!inJava) {
                    nativeOfThread.merge(thread.getId(), 1, Integer::sum);
                }
                Part part = partOf(event, thread);
                if (part != null) {
                    (inJava ? javaSamples : nativeSamples).merge(part, 1.0, Double::sum);
                }
            }
        }
        double rounds = nativeOfThread.values().stream().mapToInt(i -> i).max().orElse(1);
        return shares(javaSamples, nativeSamples, Duration.between(from, to), rounds);
    }

    private static Part partOf(RecordedEvent event, RecordedThread thread) {
        if (thread.getJavaName() == null || !CpuTime.isStreamThread(thread.getJavaName())) {
            return null;
        }
        List<Part.Frame> stack = event.getStackTrace().getFrames().stream()
                .map(frame -> new Part.Frame(
                        frame.getMethod().getType().getName(), frame.getMethod().getName()))
                .toList();
        return Part.of(stack);
    }

    /** Both kinds of samples as seconds, then as parts of all. */
    private static Map<Part, Double> shares(
            Map<Part, Double> javaSamples, Map<Part, Double> nativeSamples, Duration time, double rounds) {
        double javaSeconds = JAVA_PERIOD.toNanos() / 1e9;
        double nativeSeconds = time.toNanos() / 1e9 / rounds;
        Map<Part, Double> shares = new EnumMap<>(Part.class);
        javaSamples.forEach((part, count) -> shares.merge(part, count * javaSeconds, Double::sum));
        nativeSamples.forEach((part, count) -> shares.merge(part, count * nativeSeconds, Double::sum));
        double all = shares.values().stream().mapToDouble(i -> i).sum();
        shares.replaceAll((part, seconds) -> seconds / all);
        return shares;
    }

    @Override
    public void close() {
        recording.close();
    }
}
