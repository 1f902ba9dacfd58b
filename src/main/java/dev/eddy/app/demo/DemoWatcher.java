package dev.eddy.app.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.eddy.config.ClientSettings;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.ModelId;
import dev.eddy.model.Task;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.LoggerFactory;

/** Reads the predictions of the demo as anybody would, compares them with the truth, and shows some of them. */
final class DemoWatcher implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int ACCURACY_WINDOW = 400;
    /** Two lines a second can be read. */
    private static final long LINE_NANOS = 400_000_000;

    private static final long FIGURES_NANOS = 3_000_000_000L;

    private final EddyConfig config;
    private final List<String> topics;
    private final DemoScreen screen;
    private final Thread thread = new Thread(this::watch, "demo-watcher");
    private final Map<String, String> truths = new ConcurrentHashMap<>();
    private final LiveAccuracy accuracy = new LiveAccuracy(ACCURACY_WINDOW);
    private final Latencies latencies = new Latencies();
    private final List<String> forecastFields =
            ((Task.Predict) DemoModels.forecaster().spec().task()).fields();

    private volatile boolean closed;
    private volatile ModelId successor;
    private volatile ModelId predecessor;
    private volatile long lastArrival = System.nanoTime();
    private boolean successorSeen;
    private double accuracyBefore = Double.NaN;
    private String active = "";
    private long events;
    private long nextLine;
    private long nextFigures = System.nanoTime() + FIGURES_NANOS;
    private long eventsAtFigures;
    private int lines;

    /** @param topics the tagger's output, then the forecaster's */
    DemoWatcher(EddyConfig config, String conditions, String forecasts, DemoScreen screen) {
        this.config = config;
        this.topics = List.of(conditions, forecasts);
        this.screen = screen;
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** Remembers what is really the case. */
    void sent(FleetEvent event) {
        truths.put(event.machine() + "@" + event.timestamp(), event.truth().label());
    }

    /** The tagger will change. */
    void swapAt(long from, ModelId before, ModelId after) {
        predecessor = before;
        successor = after;
    }

    /** Waits until no prediction came for a second. */
    void awaitQuiet() throws InterruptedException {
        while (System.nanoTime() - lastArrival < 1_000_000_000L) {
            Thread.sleep(100);
        }
    }

    /** Stops, and says what the swap has brought. */
    void conclude() throws InterruptedException {
        closed = true;
        thread.join();
        showFigures(System.nanoTime());
        if (successorSeen) {
            double after = accuracy.of(successor.label()).orElse(Double.NaN);
            screen.swapped(predecessor, accuracyBefore, successor, after);
        }
    }

    private void watch() {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                ClientSettings.consumer(config), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            topics.forEach(topic -> consumer.partitionsFor(topic)
                    .forEach(info -> partitions.add(new TopicPartition(topic, info.partition()))));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!closed) {
                consumer.poll(Duration.ofMillis(50)).forEach(this::arrived);
                if (System.nanoTime() > nextFigures) {
                    showFigures(System.nanoTime());
                }
            }
        } catch (InterruptException e) {
            LoggerFactory.getLogger(DemoWatcher.class).debug("watcher interrupted", e);
        }
    }

    private void arrived(ConsumerRecord<byte[], byte[]> record) {
        lastArrival = System.nanoTime();
        latencies.add(System.currentTimeMillis() - record.timestamp());
        events++;
        try {
            JsonNode prediction = JSON.readTree(record.value());
            if (record.topic().equals(topics.get(0))) {
                tagged(prediction);
            } else {
                forecast(prediction);
            }
        } catch (IOException e) {
            throw new IllegalStateException("a prediction is always JSON here", e);
        }
    }

    private void tagged(JsonNode prediction) {
        String machine = prediction.get("key").textValue();
        long time = prediction.get("timestamp").longValue();
        String model = prediction.get("model").textValue() + "@"
                + prediction.get("version").textValue();
        double best = 0;
        for (JsonNode probability : prediction.get("probabilities")) {
            best = Math.max(best, probability.doubleValue());
        }
        String truth = truths.remove(machine + "@" + time);
        TagLine line = new TagLine(
                time,
                machine,
                prediction.get("step").longValue(),
                prediction.get("label").textValue(),
                best,
                truth == null ? "" : truth,
                model);
        active = model;
        if (successor != null && model.equals(successor.label()) && !successorSeen) {
            successorSeen = true;
            accuracyBefore = accuracy.of(predecessor.label()).orElse(Double.NaN);
            screen.firstPrediction(line);
        }
        accuracy.add(line);
        if (mayShow()) {
            screen.prediction(line);
        }
    }

    private void forecast(JsonNode prediction) {
        // Every fourth line, so that both can be read.
        if (lines % 4 != 3 || !mayShow()) {
            return;
        }
        List<ForecastLine.Value> values = new ArrayList<>();
        for (int i = 0; i < forecastFields.size(); i++) {
            JsonNode residual = prediction.path("residual").path(i);
            values.add(new ForecastLine.Value(
                    forecastFields.get(i),
                    prediction.get("values").get(i).doubleValue(),
                    residual.isNumber() ? residual.doubleValue() : Double.NaN));
        }
        screen.forecast(new ForecastLine(
                prediction.get("timestamp").longValue(),
                prediction.get("key").textValue(),
                prediction.get("step").longValue(),
                values,
                prediction.get("model").textValue() + "@"
                        + prediction.get("version").textValue()));
    }

    private boolean mayShow() {
        long now = System.nanoTime();
        if (now < nextLine) {
            return false;
        }
        nextLine = now + LINE_NANOS;
        lines++;
        return true;
    }

    private void showFigures(long now) {
        double seconds = (now - (nextFigures - FIGURES_NANOS)) / 1e9;
        double rate = (events - eventsAtFigures) / seconds;
        screen.figures(new Figures(
                events, rate, latencies.percentile(0.5), latencies.percentile(0.99), active, accuracy.all()));
        eventsAtFigures = events;
        nextFigures = now + FIGURES_NANOS;
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
