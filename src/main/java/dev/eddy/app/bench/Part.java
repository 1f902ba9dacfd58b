package dev.eddy.app.bench;

import java.util.List;

/** What a stream thread is doing, by the methods on its stack. */
enum Part {
    STEP("step of the network", "fewer units, or more threads and partitions, which share it"),
    STORE(
            "store (RocksDB)",
            "room for all sequences in eddy.state.cache.bytes and eddy.rocksdb.memory.bytes, and"
                    + " eddy.state.precision=bf16, which halves states"),
    CHANGELOG(
            "changelog (serialise, send)",
            "a longer commit.interval.ms writes keys that come back less often, eddy.state.precision=bf16 writes half"),
    CODEC(
            "codec (event, features, prediction, state)",
            "events without what no feature reads, or try the other --format"),
    EDDY("Eddy besides (state cache, batches, meters)", "more threads and partitions share it"),
    REST(
            "rest (Kafka Streams, consumer, output)",
            "that is what any stream costs; more threads and partitions share it");

    private static final String STREAMS = "org.apache.kafka.streams.";

    private final String label;
    private final String advice;

    Part(String label, String advice) {
        this.label = label;
        this.advice = advice;
    }

    /** For people. */
    String label() {
        return label;
    }

    /** What makes less of it, for people. */
    String advice() {
        return advice;
    }

    /** A method on a stack. */
    record Frame(String type, String method) {}

    /**
     * What a stack is for: the innermost frame that tells.
     *
     * @param stack innermost frame first
     * @return null for a thread that waits
     */
    static Part of(List<Frame> stack) {
        if (!stack.isEmpty() && waits(stack.get(0))) {
            return null;
        }
        for (Frame frame : stack) {
            Part part = of(frame);
            if (part != null) {
                return part;
            }
        }
        return REST;
    }

    private static boolean waits(Frame frame) {
        String method = frame.method();
        return switch (frame.type()) {
            case "jdk.internal.misc.Unsafe" -> method.equals("park");
            case "java.lang.Object" -> method.startsWith("wait");
            case "java.lang.Thread" -> method.startsWith("sleep");
            default ->
                frame.type().startsWith("sun.nio.ch.")
                        && (method.equals("wait") || method.equals("epollWait") || method.startsWith("poll"));
        };
    }

    private static Part of(Frame frame) {
        String type = frame.type();
        if (type.startsWith("dev.eddy.network.") || type.startsWith("dev.eddy.kernel.")) {
            return STEP;
        } else if (type.startsWith("dev.eddy.wire.")
                || type.startsWith("dev.eddy.state.")
                || type.startsWith("dev.eddy.model.")) {
            return CODEC;
        } else if (frame.method().equals("logChange") || type.contains("ChangeLogging")) {
            return CHANGELOG;
        } else if (type.startsWith("org.rocksdb.") || type.startsWith(STREAMS + "state.")) {
            return STORE;
        } else if (isOfTheTopology(type)) {
            return REST; // further out is the processor that forwards
        }
        return type.startsWith("dev.eddy.") ? EDDY : null;
    }

    /** Not what sends, which is for the changelog or for the output. */
    private static boolean isOfTheTopology(String type) {
        return type.startsWith(STREAMS + "kstream.")
                || (type.startsWith(STREAMS + "processor.internals.")
                        && !type.endsWith(".RecordCollectorImpl")
                        && !type.endsWith(".StreamsProducer"));
    }
}
