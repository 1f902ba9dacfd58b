package dev.eddy.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.function.Supplier;

/** {@code /metrics}: the meters in Prometheus' text format. */
record MetricsHandler(Supplier<String> metrics) implements HttpHandler {
    static final String PATH = "/metrics";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        if (!Responses.refused(exchange)) {
            Responses.send(exchange, 200, PROMETHEUS, metrics.get());
        }
    }
}
