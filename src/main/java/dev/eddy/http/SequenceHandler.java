package dev.eddy.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.function.BiFunction;

/**
 * {@code /sequences/KEY}: the state of one sequence; what follows the prefix, percent-decoded, is the key, slashes and all.
 * {@code ?model=NAME} says of which model, where events name their models.
 */
record SequenceHandler(BiFunction<String, String, SequenceAnswer> sequences) implements HttpHandler {
    static final String PREFIX = "/sequences/";
    private static final String MODEL = "model=";
    private static final String JSON = "application/json";

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        if (!Responses.refused(exchange)) {
            String key = exchange.getRequestURI().getPath().substring(PREFIX.length());
            SequenceAnswer answer =
                    sequences.apply(key, model(exchange.getRequestURI().getRawQuery()));
            Responses.send(exchange, answer.status(), JSON, answer.json() + "\n");
        }
    }

    private static String model(String query) {
        for (String part : query == null ? new String[0] : query.split("&", -1)) {
            if (part.startsWith(MODEL)) {
                return URLDecoder.decode(part.substring(MODEL.length()), StandardCharsets.UTF_8);
            }
        }
        return null;
    }
}
