package dev.eddy.app.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.eddy.app.OperationFailedException;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.network.LiveModel;
import dev.eddy.schema.InstanceStatus;
import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.ModelReplay;
import dev.eddy.testing.TestKafka;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is made of what instances answer, whatever they are. */
class RemoteSequencesIT {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    private static final AtomicInteger TESTS = new AtomicInteger();

    private final List<HttpServer> servers = new ArrayList<>();
    private final String pipeline = "p" + TESTS.incrementAndGet();
    private final LiveModel model = TestModels.live(TestModels.predictor("m", "1", CellKind.LSTM, 4, 1));
    private byte[] state;

    {
        KAFKA.createTopics(1, pipeline);
        KAFKA.createTopics(3, pipeline + ".input");
        ModelReplay stream = new ModelReplay(model);
        stream.event("a", 7, "{\"value\":1}");
        state = stream.state("a");
    }

    @AfterEach
    void stop() {
        servers.forEach(server -> server.stop(0));
    }

    @Test
    void shouldTakeTheStateFromTheInstanceThatHoldsIt() throws Exception {
        instance("one", 404, "one", "\"error\":\"no\"");
        instance("two", 200, "two", found());
        instance("three", 503, "three", "\"error\":\"partitions move\"");
        RemoteSequence sequence = find();
        assertThat(sequence.instance()).isEqualTo("two");
        assertThat(sequence.model()).isEqualTo(model.id());
        assertThat(sequence.steps()).isEqualTo(1);
        assertThat(sequence.lastEventTime()).isEqualTo(7);
        assertThat(sequence.under(model).rollout().steps()).isEqualTo(1);
    }

    @Test
    void shouldNotCallASequenceUnknownUnlessAllPartitionsWereSearched() throws Exception {
        instance("one", 404, "one", "\"error\":\"no\",\"partitions\":[0,1,2]");
        assertRefused("holds a sequence 'a'; check the key");
        instance("one", 404, "one", "\"error\":\"no\",\"partitions\":[1]");
        assertRefused("the partitions [0, 2] could not be searched (they are between two instances; try again)");
        instance("two", 503, "two", "\"error\":\"it is starting\"");
        assertRefused("the partitions [0, 2] could not be searched (instance two: it is starting)");
    }

    @Test
    void shouldNotMissAnInstanceWhosePartitionsOthersHaveSearched() throws Exception {
        instance("dead", 503, "dead", "\"error\":\"gone\"");
        instance("one", 404, "one", "\"error\":\"no\",\"partitions\":[1,0]");
        instance("two", 404, "two", "\"error\":\"no\",\"partitions\":[2]");
        assertRefused("no instance of pipeline " + pipeline + " holds a sequence 'a'");
    }

    @Test
    void shouldNotBelieveAnInstanceThatIsNotTheOneItAsked() throws Exception {
        instance("one", 404, "another", "\"error\":\"no\"");
        assertRefused("instance one: something else answers at http://127.0.0.1:", "eddy.http.advertised.host");
        instance("one", 200, "another", found());
        assertRefused("instance one: something else answers at");
    }

    @Test
    void shouldNotChooseBetweenTwoStates() throws Exception {
        instance("one", 200, "one", found());
        instance("two", 200, "two", found());
        assertRefused("2 instances hold sequence 'a'", "try again");
    }

    @Test
    void shouldRefuseAStateThatWasDamagedOnTheWay() throws Exception {
        state = state.clone();
        state[50] ^= 1;
        instance("one", 200, "one", found());
        RemoteSequence damaged = find();
        assertThatThrownBy(() -> damaged.under(model))
                .isInstanceOf(OperationFailedException.class)
                .hasMessageContaining("the state that instance one gave cannot be read");
    }

    private String found() {
        return "\"model\":\"m\",\"version\":\"1\",\"fingerprint\":\""
                + model.id().fingerprint()
                + "\",\"generation\":1,\"steps\":1,\"lastEventTime\":7,\"state\":\""
                + Base64.getEncoder().encodeToString(state) + "\"";
    }

    private RemoteSequence find() throws InterruptedException {
        return new RemoteSequences(new EddyConfig(Map.of(
                        "bootstrap.servers",
                        KAFKA.bootstrapServers(),
                        "eddy.pipeline",
                        pipeline,
                        "eddy.topics.status",
                        pipeline,
                        "eddy.topics.input",
                        pipeline + ".input")))
                .find("a", null);
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(this::find)
                .isInstanceOf(OperationFailedException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    /** Reports an instance whose HTTP gives one answer to everything. */
    private void instance(String name, int status, String answersAs, String answer) throws IOException {
        byte[] body = ("{\"pipeline\":\"" + pipeline + "\",\"instance\":\"" + answersAs + "\"," + answer + "}")
                .getBytes(StandardCharsets.UTF_8);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        servers.add(server);
        long now = System.currentTimeMillis();
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        ByteBuffer buffer = new InstanceStatus(
                        pipeline, name, "RUNNING", now, now, 60_000L, 1, 0L, List.of(), url, List.of(), List.of())
                .toByteBuffer();
        byte[] value = new byte[buffer.remaining()];
        buffer.get(value);
        KAFKA.produce(List.of(new ProducerRecord<>(pipeline, TestKafka.bytes(pipeline + "/" + name), value)));
    }
}
