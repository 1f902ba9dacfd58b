package dev.eddy.http;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Serves {@code /metrics}, {@code /health/live}, {@code /health/ready} and {@code /sequences/KEY}; all of it is read-only. */
public final class HttpEndpoints implements AutoCloseable {
    private static final List<String> PATHS =
            List.of(MetricsHandler.PATH, HealthHandler.LIVE, HealthHandler.READY, SequenceHandler.PREFIX + "KEY");

    private final HttpServer server;
    private final ExecutorService threads;

    private HttpEndpoints(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Starts serving.
     *
     * @param host the address to listen on
     * @param port the port; 0 takes a free one
     * @param metrics the text of all meters
     * @param live      whether the instance should be left running
     * @param ready     whether events are being scored
     * @param sequences what there is to say of a sequence, by its key as a text and the name of its model, or null
     * @throws BindException if the port is in use; the message names the address
     */
    public static HttpEndpoints start(
            String host,
            int port,
            Supplier<String> metrics,
            Health live,
            Health ready,
            BiFunction<String, String, SequenceAnswer> sequences)
            throws IOException {
        HttpServer server = listen(host, port);
        HttpHandler unknown = new UnknownPathHandler(PATHS);
        server.createContext("/", unknown);
        serve(server, MetricsHandler.PATH, new MetricsHandler(metrics), unknown);
        serve(server, HealthHandler.LIVE, new HealthHandler(live), unknown);
        serve(server, HealthHandler.READY, new HealthHandler(ready), unknown);
        server.createContext(SequenceHandler.PREFIX, new SequenceHandler(sequences));
        // Two threads: a slow scrape must not delay the probe that decides whether the instance lives.
        ExecutorService threads = Executors.newFixedThreadPool(2, HttpEndpoints::daemon);
        server.setExecutor(threads);
        server.start();
        return new HttpEndpoints(server, threads);
    }

    private static HttpServer listen(String host, int port) throws IOException {
        try {
            return HttpServer.create(new InetSocketAddress(host, port), 0);
        } catch (BindException e) {
            BindException named = new BindException(
                    "cannot serve metrics, health and states on " + host + ":" + port + " (" + e.getMessage() + ")");
            named.initCause(e);
            throw named;
        }
    }

    private static void serve(HttpServer server, String path, HttpHandler handler, HttpHandler unknown) {
        server.createContext(path, new ExactPath(path, handler, unknown));
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "eddy-http");
        thread.setDaemon(true);
        return thread;
    }

    /** The port that is served. */
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
