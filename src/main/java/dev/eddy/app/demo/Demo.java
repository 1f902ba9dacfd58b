package dev.eddy.app.demo;

import dev.eddy.app.EddyApplication;
import dev.eddy.app.broker.EmbeddedBroker;
import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.rollout.ModelDeployer;
import dev.eddy.app.rollout.ModelPublisher;
import dev.eddy.app.rollout.Verdicts;
import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.Deployment;
import dev.eddy.config.ClientSettings;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.ModelId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The demo: a broker, a fleet of pumps that sends events, two pipelines that score them, and a swap of the tagger half-way.
 * Everything is real but the pumps.
 */
public final class Demo {
    private static final String EVENTS = "pumps.events";
    private static final String CONDITIONS = "pumps.conditions";
    private static final String FORECASTS = "pumps.forecasts";
    private static final long SEED = 1001;
    /** Between the decision and its event time: both instances must know it by then. */
    private static final long LEAD_MS = 1_000;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Options options;
    private final DemoScreen screen;

    /**
     * What can be chosen.
     *
     * @param machines number of pumps
     * @param rate     events a second
     * @param seconds  how long events flow
     */
    public record Options(int machines, double rate, int seconds) {}

    public Demo(Options options, DemoScreen screen) {
        this.options = options;
        this.screen = screen;
    }

    /** Runs it; returns when the time is over. */
    public void run() throws IOException, InterruptedException {
        try (EmbeddedBroker broker = EmbeddedBroker.start()) {
            screen.brokerStarted(broker.bootstrapServers());
            EddyConfig tagging = config(broker, "pump-conditions", CONDITIONS);
            EddyConfig forecasting = config(broker, "pump-forecasts", FORECASTS);
            try (EddyApplication tagger = EddyApplication.start(tagging);
                    EddyApplication forecaster = EddyApplication.start(forecasting)) {
                screen.announce("two pipelines run, " + tagging.pipeline() + " and " + forecasting.pipeline()
                        + "; metrics at " + tagger.url() + "/metrics and " + forecaster.url() + "/metrics");
                deploy(tagging, DemoModels.firstTagger(), Deployment.BEGINNING);
                deploy(forecasting, DemoModels.forecaster(), Deployment.BEGINNING);
                flow(tagging);
            }
        }
        screen.nextSteps();
    }

    private EddyConfig config(EmbeddedBroker broker, String pipeline, String output) {
        Map<String, String> settings = new HashMap<>();
        settings.put("bootstrap.servers", broker.bootstrapServers());
        settings.put(EddyConfig.PIPELINE, pipeline);
        settings.put(EddyConfig.INSTANCE_ID, pipeline + "-1");
        settings.put(EddyConfig.INPUT_TOPIC, EVENTS);
        settings.put(EddyConfig.OUTPUT_TOPIC, output);
        settings.put(EddyConfig.DEAD_LETTER_TOPIC, pipeline + ".deadletters");
        settings.put(EddyConfig.TOPICS_CREATE, "true");
        settings.put(EddyConfig.HTTP_PORT, "0");
        settings.put(EddyConfig.STATUS_INTERVAL, "500");
        settings.put(
                "state.dir",
                Path.of(broker.directory().toString(), "eddy-state").toString());
        // Exactly-once shows a prediction when it is committed: the interval is the latency.
        settings.put("commit.interval.ms", "20");
        return new EddyConfig(settings);
    }

    private ModelId deploy(EddyConfig config, ModelFile file, long from) throws InterruptedException {
        ModelId id = publish(config, file);
        try (ModelDeployer deployer = new ModelDeployer(config)) {
            deployer.deploy(id, from);
        }
        screen.deployed(id, from);
        return id;
    }

    private ModelId publish(EddyConfig config, ModelFile file) throws InterruptedException {
        ModelId id = new ModelPublisher(config).publish(file, written -> {});
        screen.published(id, file.bytes().length);
        try (InstanceReports reports = new InstanceReports(config)) {
            new Verdicts(reports, PATIENCE)
                    .awaitReady(id, (answered, all) -> {})
                    .forEach(report -> screen.ready(id, report.getInstance()));
        }
        return id;
    }

    private void flow(EddyConfig config) throws InterruptedException {
        Fleet fleet = new Fleet(options.machines(), SEED);
        screen.fleetStarted(options.machines(), EVENTS);
        try (DemoWatcher watcher = new DemoWatcher(config, CONDITIONS, FORECASTS, screen);
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        ClientSettings.producer(config), new ByteArraySerializer(), new ByteArraySerializer())) {
            watcher.start();
            long total = Math.round(options.rate() * options.seconds());
            send(fleet, producer, watcher, total / 2);
            swap(config, fleet, producer, watcher);
            send(fleet, producer, watcher, total - total / 2);
            watcher.awaitQuiet();
            watcher.conclude();
        }
    }

    /** Publishing and checking take a moment, in which events flow on. */
    private void swap(EddyConfig config, Fleet fleet, KafkaProducer<byte[], byte[]> producer, DemoWatcher watcher)
            throws InterruptedException {
        ModelFile better = DemoModels.betterTagger();
        Thread publisher = new Thread(() -> swapTo(config, better, watcher), "demo-swap");
        publisher.start();
        while (publisher.isAlive()) {
            send(fleet, producer, watcher, Math.max(1, Math.round(options.rate() / 10)));
        }
    }

    private void swapTo(EddyConfig config, ModelFile better, DemoWatcher watcher) {
        try {
            ModelId old = DemoModels.firstTagger().id();
            publish(config, better);
            long from = System.currentTimeMillis() + LEAD_MS;
            watcher.swapAt(from, old, better.id());
            try (ModelDeployer deployer = new ModelDeployer(config)) {
                deployer.deploy(better.id(), from);
            }
            screen.swap(from, old, better.id());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(Fleet fleet, KafkaProducer<byte[], byte[]> producer, DemoWatcher watcher, long count)
            throws InterruptedException {
        long begin = System.nanoTime();
        for (long i = 0; i < count; i++) {
            long due = begin + Math.round(i * 1e9 / options.rate());
            long early = due - System.nanoTime();
            if (early > 0) {
                Thread.sleep(early / 1_000_000, (int) (early % 1_000_000));
            }
            FleetEvent event = fleet.next(System.currentTimeMillis());
            watcher.sent(event);
            producer.send(new ProducerRecord<>(
                    EVENTS, null, event.timestamp(), event.machine().getBytes(StandardCharsets.UTF_8), event.value()));
        }
    }
}
