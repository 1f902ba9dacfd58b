package dev.eddy.app.broker;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Kafka's own settings for one node that is broker and controller at once, on the loopback address. */
final class BrokerSettings {
    static final int NODE_ID = 1;
    static final String CONTROLLER = "CONTROLLER";
    static final String HOST = "127.0.0.1";

    private BrokerSettings() {}

    static Map<String, Object> of(int port, int controllerPort, Path directory, boolean afterCrash) {
        Map<String, Object> settings = new HashMap<>(listeners(port, controllerPort));
        settings.putAll(internalTopics());
        settings.put("log.dirs", directory.toString());
        // A missing topic is a mistake that a command should name, not a topic with default settings.
        settings.put("auto.create.topics.enable", false);
        settings.put("group.initial.rebalance.delay.ms", 0);
        settings.put("group.min.session.timeout.ms", 1_000);
        // A laptop that sleeps, or a debugger, must not fence the only broker. But the controller lets a new broker in
        // only
        // when the session of a crashed one has run out.
        settings.put("broker.session.timeout.ms", afterCrash ? 1_500 : 60_000);
        settings.put("broker.heartbeat.interval.ms", 500);
        settings.put("log.cleaner.dedupe.buffer.size", 2L << 20);
        settings.put("log.cleaner.threads", 1);
        // Events may be of any time; a retention of seven days would delete recorded ones within minutes.
        settings.put("log.retention.ms", -1);
        settings.put("log.segment.bytes", 128 << 20);
        settings.put("num.network.threads", 2);
        settings.put("num.io.threads", 4);
        return settings;
    }

    private static Map<String, Object> listeners(int port, int controllerPort) {
        return Map.of(
                "process.roles",
                "broker,controller",
                "node.id",
                NODE_ID,
                "controller.quorum.voters",
                NODE_ID + "@" + HOST + ":" + controllerPort,
                "controller.listener.names",
                CONTROLLER,
                "listeners",
                "PLAINTEXT://" + HOST + ":" + port + "," + CONTROLLER + "://" + HOST + ":" + controllerPort,
                "advertised.listeners",
                "PLAINTEXT://" + HOST + ":" + port,
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT," + CONTROLLER + ":PLAINTEXT",
                "inter.broker.listener.name",
                "PLAINTEXT");
    }

    private static Map<String, Object> internalTopics() {
        return Map.of(
                "offsets.topic.replication.factor",
                (short) 1,
                "offsets.topic.num.partitions",
                1,
                "transaction.state.log.replication.factor",
                (short) 1,
                "transaction.state.log.min.isr",
                1,
                "transaction.state.log.num.partitions",
                1,
                "share.coordinator.state.topic.replication.factor",
                (short) 1,
                "share.coordinator.state.topic.min.isr",
                (short) 1,
                "share.coordinator.state.topic.num.partitions",
                1);
    }
}
