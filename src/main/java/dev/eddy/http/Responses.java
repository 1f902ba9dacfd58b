package dev.eddy.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Sends a text as the answer. */
final class Responses {
    static final String TEXT = "text/plain; charset=utf-8";

    private static final Set<String> READING = Set.of("GET", "HEAD");

    private Responses() {}

    static void send(HttpExchange exchange, int status, String contentType, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    /** Answers everything but reading with 405; says whether it did. */
    static boolean refused(HttpExchange exchange) throws IOException {
        if (READING.contains(exchange.getRequestMethod())) {
            return false;
        }
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        send(exchange, 405, TEXT, "only GET and HEAD\n");
        return true;
    }
}
