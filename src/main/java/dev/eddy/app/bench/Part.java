package dev.eddy.app.bench;

import java.util.List;

/** What a stream thread is doing, by the methods on its stack. */
enum Part {
    STEP("step of the network"),
    STORE("store (RocksDB)"),
    CHANGELOG("changelog (serialise, send)"),
    CODEC("codec (event, features, prediction, state)"),
    EDDY("Eddy besides (state cache, batches, meters)"),
    REST("rest (Kafka Streams, consumer, output)");

    private static final String STREAMS = "org.apache.kafka.streams.";

    private final String label;

    Part(String label) {
        this.label = label;
    }

    /** For people. */
    String label() {
        return label;
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
