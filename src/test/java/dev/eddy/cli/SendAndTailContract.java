package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.testing.TestKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code eddy send} and {@code eddy tail} do, on whatever broker a subclass has. */
abstract class SendAndTailContract {
    @TempDir
    Path directory;

    abstract TestKafka kafka();

    @Test
    void shouldSendEventsWithKeyTimeAndUnchangedBytes() throws IOException {
        Path events = Files.writeString(directory.resolve("events.jsonl"), """
                {"key":"a","timestamp":1000, "x":1.50}
                {"key":"b","timestamp":"1970-01-01T00:00:02Z","x":2}
                not json
                {"key":"a","timestamp":3000,"tombstone":true}
                """);

        CommandRun run = send("plain", events);

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith("4 events sent and acknowledged in ");
        assertThat(run.err()).contains("1 of the lines have a problem, the first: line 3: ");
        List<ConsumerRecord<byte[], byte[]>> read = kafka().consume("plain", 4);
        assertThat(read)
                .extracting(record -> TestKafka.text(record.key()) + " " + TestKafka.text(record.value()))
                .containsExactly(
                        "a {\"key\":\"a\",\"timestamp\":1000, \"x\":1.50}",
                        "b {\"key\":\"b\",\"timestamp\":\"1970-01-01T00:00:02Z\",\"x\":2}",
                        "null not json",
                        "a null");
        assertThat(read).extracting(ConsumerRecord::timestamp).contains(1000L, 2000L, 3000L);
    }

    @Test
    void shouldSendCsvAsAvroBySchema() throws IOException {
        Path events = Files.writeString(directory.resolve("events.csv"), "key,timestamp,x\na,1000,1.5\n");
        Path schema = Files.writeString(
                directory.resolve("event.avsc"),
                "{\"type\":\"record\",\"name\":\"Event\",\"fields\":[{\"name\":\"x\",\"type\":\"double\"}]}");

        CommandRun run = send("avro", events, "-D", "eddy.input.format=avro", "-D", "eddy.input.avro.schema=" + schema);

        assertThat(run.exitCode()).as(run.err()).isZero();
        byte[] value = kafka().consume("avro", 1).get(0).value();
        GenericRecord record = new GenericDatumReader<GenericRecord>(new Schema.Parser().parse(schema.toFile()))
                .read(null, DecoderFactory.get().binaryDecoder(value, null));
        assertThat(record.get("x")).isEqualTo(1.5);
    }

    @Test
    void shouldNameTheLineThatDoesNotFitTheAvroSchema() throws IOException {
        Path events = Files.writeString(directory.resolve("events.csv"), "key,x\na,1.5\nb,hot\n");
        Path schema = Files.writeString(
                directory.resolve("event.avsc"),
                "{\"type\":\"record\",\"name\":\"Event\",\"fields\":[{\"name\":\"x\",\"type\":\"double\"}]}");

        CommandRun run =
                send("misfit", events, "-D", "eddy.input.format=avro", "-D", "eddy.input.avro.schema=" + schema);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .isEqualToNormalizingNewlines(
                        "eddy: line 3: the field 'x' must be Avro double but is the string \"hot\"\n");
    }

    @Test
    void shouldHoldTheRate() throws IOException {
        Path events = Files.writeString(directory.resolve("events.csv"), "x\n" + "1\n".repeat(21));

        long started = System.nanoTime();
        CommandRun run = send("rate", events, "--rate", "40");

        assertThat(run.exitCode()).isZero();
        assertThat(System.nanoTime() - started).isGreaterThan(500_000_000L);
    }

    @Test
    void shouldPrintPredictionsFromTheBeginning() {
        kafka().createTopics(1, "out");
        kafka().produce("out", "a", "{\"y\":1}", 1);
        kafka().produce("out", "a", "{\"y\":2}", 2);
        kafka().produce("out", "a", "{\"y\":3}", 3);

        CommandRun run =
                CommandRun.of("tail", "--from-beginning", "-n", "2", "-D", bootstrap(), "-D", "eddy.topics.output=out");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out().lines()).containsExactly("{\"y\":1}", "{\"y\":2}");
    }

    @Test
    void shouldPrintDeadLettersWithTheirReasons() {
        kafka().createTopics(1, "dead");
        ProducerRecord<byte[], byte[]> letter =
                new ProducerRecord<>("dead", 0, 5L, TestKafka.bytes("a"), new byte[] {(byte) 0xFF});
        letter.headers()
                .add("eddy.reason", TestKafka.bytes("UNDECODABLE"))
                .add("eddy.message", TestKafka.bytes("no JSON"))
                .add("eddy.topic", TestKafka.bytes("in"))
                .add("eddy.partition", TestKafka.bytes("3"))
                .add("eddy.offset", TestKafka.bytes("17"));
        kafka().produce(List.of(letter));

        CommandRun run = CommandRun.of(
                "tail",
                "--dead-letters",
                "--from-beginning",
                "-n1",
                "-D",
                bootstrap(),
                "-D",
                "eddy.topics.deadletter=dead");

        assertThat(run.out())
                .isEqualToNormalizingNewlines(
                        "{\"key\":\"a\",\"timestamp\":5,\"reason\":\"UNDECODABLE\",\"message\":\"no"
                                + " JSON\",\"topic\":\"in\",\"partition\":3,\"offset\":17,\"valueBase64\":\"/w==\"}\n");
    }

    @Test
    void shouldSayWhatToDoAboutAMissingTopic() {
        CommandRun run = CommandRun.of("tail", "-D", bootstrap(), "-D", "eddy.topics.output=nowhere");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("eddy: the topic nowhere does not exist at ")
                .contains("set eddy.topics.create=true, or create it: kafka-topics.sh ")
                .hasLineCount(1);
    }

    private CommandRun send(String topic, Path events, String... more) {
        String[] args = {
            "send",
            "-i",
            events.toString(),
            "-D",
            bootstrap(),
            "-D",
            "eddy.topics.input=" + topic,
            "-D",
            "eddy.topics.create=true",
            "-D",
            "eddy.topics.partitions=1"
        };
        String[] all = java.util.Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return CommandRun.of(all);
    }

    private String bootstrap() {
        return "bootstrap.servers=" + kafka().bootstrapServers();
    }
}
