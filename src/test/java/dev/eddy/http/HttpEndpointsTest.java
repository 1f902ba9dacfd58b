package dev.eddy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpEndpointsTest {
    private final AtomicBoolean ready = new AtomicBoolean();
    private HttpEndpoints endpoints;

    @BeforeEach
    void start() throws IOException {
        endpoints = start(0);
    }

    @AfterEach
    void stop() {
        endpoints.close();
    }

    @Test
    void shouldServeMetricsAsPrometheusText() throws Exception {
        HttpResponse<String> response = get("GET", "/metrics");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("eddy_events_total 7\n");
        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
    }

    @Test
    void shouldSayWhetherItIsReadyAndWhy() throws Exception {
        assertThat(get("GET", "/health/ready").statusCode()).isEqualTo(503);
        assertThat(get("GET", "/health/ready").body()).isEqualTo("no model yet\n");
        assertThat(get("GET", "/health/live").statusCode()).isEqualTo(200);

        ready.set(true);

        assertThat(get("GET", "/health/ready").statusCode()).isEqualTo(200);
        assertThat(get("HEAD", "/health/ready").body()).isEmpty();
    }

    @Test
    void shouldNameThePathsThereAre() throws Exception {
        for (String path : new String[] {"/", "/metrics/more", "/health"}) {
            assertThat(get("GET", path).statusCode()).as(path).isEqualTo(404);
            assertThat(get("GET", path).body())
                    .isEqualTo("there are /metrics, /health/live, /health/ready, /sequences/KEY\n");
        }
    }

    @Test
    void shouldOnlyBeRead() throws Exception {
        assertThat(get("POST", "/metrics").statusCode()).isEqualTo(405);
    }

    @Test
    void shouldAnswerForKeysOfAnyText() throws Exception {
        for (String key : new String[] {"pump-007", "", "a/b", "a b+c?d#e%", "ä€😀", "base64:/0E=", ".."}) {
            String encoded = URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20");
            HttpResponse<String> response = get("GET", "/sequences/" + encoded);
            assertThat(response.body()).isEqualTo("{\"key\":\"" + key + "\"}\n");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        }
        assertThat(get("GET", "/sequences/gone").statusCode()).isEqualTo(404);
        assertThat(get("POST", "/sequences/pump-007").statusCode()).isEqualTo(405);
        assertThat(get("GET", "/sequences").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldPassTheNameOfAModelOn() throws Exception {
        assertThat(get("GET", "/sequences/a?model=pumps-1.0").body())
                .isEqualTo("{\"key\":\"a\",\"model\":\"pumps-1.0\"}\n");
        assertThat(get("GET", "/sequences/a?x=1&model=a%20b").body()).isEqualTo("{\"key\":\"a\",\"model\":\"a b\"}\n");
    }

    @Test
    void shouldNameTheAddressThatIsInUse() {
        assertThatThrownBy(() -> start(endpoints.port()))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("127.0.0.1:" + endpoints.port());
    }

    private HttpEndpoints start(int port) throws IOException {
        return HttpEndpoints.start(
                "127.0.0.1",
                port,
                () -> "eddy_events_total 7\n",
                new Health(() -> true, () -> "running"),
                new Health(ready::get, () -> ready.get() ? "running" : "no model yet"),
                (key, model) -> key.equals("gone")
                        ? new SequenceAnswer(404, "{\"error\":\"no sequence\"}")
                        : new SequenceAnswer(
                                200, "{\"key\":\"" + key + (model == null ? "" : "\",\"model\":\"" + model) + "\"}"));
    }

    private HttpResponse<String> get(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoints.port() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }
}
