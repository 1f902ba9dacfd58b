package dev.eddy.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;

/** {@code /health/live} and {@code /health/ready}: 200 or 503, with the reason. */
record HealthHandler(Health health) implements HttpHandler {
    static final String LIVE = "/health/live";
    static final String READY = "/health/ready";

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        if (!Responses.refused(exchange)) {
            int status = health.isGood().getAsBoolean() ? 200 : 503;
            Responses.send(
                    exchange, status, Responses.TEXT, health.reason().get().strip() + "\n");
        }
    }
}
