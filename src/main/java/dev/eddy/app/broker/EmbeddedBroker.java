package dev.eddy.app.broker;

import dev.eddy.app.OperationFailedException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;

/**
 * A Kafka broker of one node in this JVM, for development, demonstrations and tests. It listens on the loopback address and
 * keeps its topics in a directory: the next broker on the same directory has them again, also after a crash.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private final KafkaRaftServer server;
    private final BrokerDirectory directory;
    private final int port;
    private boolean closed;

    private EmbeddedBroker(KafkaRaftServer server, BrokerDirectory directory, int port) {
        this.server = server;
        this.directory = directory;
        this.port = port;
    }

    /** Starts a broker on a free port with a temporary directory that is deleted at the end. */
    public static EmbeddedBroker start() throws IOException {
        return start(0, null);
    }

    /**
     * Starts a broker and returns when it answers.
     *
     * @param port the port on the loopback address; 0 takes a free one
     * @param directory where topics are kept; {@code null} for a temporary one that is deleted at the end
     * @throws BindException if the port is in use
     * @throws OperationFailedException if the directory belongs to something else or is in use
     */
    public static EmbeddedBroker start(int port, Path directory) throws IOException {
        int brokerPort = port == 0 ? freePort() : requireFree(port);
        BrokerDirectory home = BrokerDirectory.of(directory);
        boolean afterCrash = home.isAfterCrash();
        home.format();
        KafkaConfig config = new KafkaConfig(BrokerSettings.of(brokerPort, freePort(), home.path(), afterCrash), false);
        KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
        try {
            server.startup();
        } catch (RuntimeException e) {
            new EmbeddedBroker(server, home, brokerPort).close();
            throw e;
        }
        return new EmbeddedBroker(server, home, brokerPort);
    }

    /** What clients set as {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return BrokerSettings.HOST + ":" + port;
    }

    public int port() {
        return port;
    }

    /** Where the topics are kept. */
    public Path directory() {
        return directory.path();
    }

    /** Waits until the broker has ended, by {@link #close()} or by itself. */
    public void awaitEnd() {
        server.awaitShutdown();
    }

    /** Stops the broker; what was acknowledged is on disk afterwards. May be called more than once. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        server.shutdown();
        server.awaitShutdown();
        directory.release();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static int requireFree(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (BindException e) {
            BindException named = new BindException("cannot listen on " + BrokerSettings.HOST + ":" + port + " ("
                    + e.getMessage().toLowerCase(java.util.Locale.ROOT) + ")");
            named.initCause(e);
            throw named;
        }
    }
}
