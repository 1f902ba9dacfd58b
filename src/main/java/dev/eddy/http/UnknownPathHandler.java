package dev.eddy.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.List;

/** Everything else: 404 with the paths that there are. */
record UnknownPathHandler(List<String> paths) implements HttpHandler {
    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Responses.send(exchange, 404, Responses.TEXT, "there are " + String.join(", ", paths) + "\n");
    }
}
