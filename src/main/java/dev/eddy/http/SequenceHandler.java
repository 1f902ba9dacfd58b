package dev.eddy.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.function.Function;

/** {@code /sequences/KEY}: the state of one sequence; what follows the prefix, percent-decoded, is the key, slashes and all. */
record SequenceHandler(Function<String, SequenceAnswer> sequences) implements HttpHandler {
    static final String PREFIX = "/sequences/";
    private static final String JSON = "application/json";

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        if (!Responses.refused(exchange)) {
            String key = exchange.getRequestURI().getPath().substring(PREFIX.length());
            SequenceAnswer answer = sequences.apply(key);
            Responses.send(exchange, answer.status(), JSON, answer.json() + "\n");
        }
    }
}
