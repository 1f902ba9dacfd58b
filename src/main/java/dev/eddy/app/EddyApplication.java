package dev.eddy.app;

import dev.eddy.app.live.SequenceEndpoint;
import dev.eddy.app.rollout.ModelRules;
import dev.eddy.app.rollout.Promoter;
import dev.eddy.app.rollout.StatusReporter;
import dev.eddy.app.topics.TopicRole;
import dev.eddy.app.topics.Topics;
import dev.eddy.catalogue.Catalogue;
import dev.eddy.config.EddyConfig;
import dev.eddy.http.Health;
import dev.eddy.http.HttpEndpoints;
import dev.eddy.kernel.Kernels;
import dev.eddy.stream.Eddy;
import dev.eddy.stream.EddyTopology;
import dev.eddy.stream.ErrorPolicy;
import dev.eddy.stream.LiveSequences;
import dev.eddy.stream.StreamsSettings;
import dev.eddy.telemetry.Telemetry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code eddy run} in a box: the stream with its catalogue, metrics, health and status reports, started and stopped as one. */
public final class EddyApplication implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EddyApplication.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

    private final EddyConfig config;
    private final Catalogue catalogue;
    private final Telemetry telemetry;
    private final SequenceTotals sequences = new SequenceTotals();
    private final KafkaStreams streams;
    private final StatusReporter reporter;
    private final Promoter promoter;
    private final ErrorPolicy errors = new ErrorPolicy();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private boolean closed;
    private ModelGate gate;
    private volatile HttpEndpoints http;

    private EddyApplication(EddyConfig config) {
        this.config = config;
        this.catalogue = new Catalogue(config.pipeline(), ModelRules.of(config));
        this.telemetry = new Telemetry();
        if (config.selectsModels()) {
            telemetry.measurements().byName();
        }
        Eddy eddy = Eddy.of(config, catalogue).monitoredBy(new InferenceMeters(telemetry, sequences));
        this.streams = new KafkaStreams(EddyTopology.build(config, eddy), StreamsSettings.of(config));
        this.reporter = new StatusReporter(
                config,
                catalogue,
                this::stateText,
                this::advertisedUrl,
                telemetry.measurements(),
                () -> sequences.counts(catalogue));
        this.promoter = new Promoter(config, catalogue, telemetry);
    }

    /**
     * Starts an instance.
     *
     * @throws OperationFailedException if the broker or a topic is not there
     * @throws IOException if the port of metrics, health and states is taken
     */
    public static EddyApplication start(EddyConfig config) throws IOException {
        ModelRules.of(config); // A key that cannot be read is said before anything else.
        Topics.ensure(config, TopicRole.values());
        Topics.ensureLabels(config);
        EddyApplication application = new EddyApplication(config);
        try {
            application.start();
            return application;
        } catch (IOException | RuntimeException e) {
            application.close();
            throw e;
        }
    }

    private void start() throws IOException {
        String advice = Kernels.advice();
        LOG.info("arithmetic: {} kernel{}", Kernels.best().name(), advice == null ? "" : "; " + advice);
        telemetry.bind(new KafkaStreamsMetrics(streams));
        catalogue.addListener(new ModelMeters(telemetry, catalogue));
        if (config.getInt(EddyConfig.HTTP_PORT) >= 0) {
            http = HttpEndpoints.start(
                    config.getString(EddyConfig.HTTP_HOST),
                    config.getInt(EddyConfig.HTTP_PORT),
                    this::scrape,
                    new Health(this::isAlive, this::stateText),
                    new Health(this::isReady, this::stateText),
                    new SequenceEndpoint(config, LiveSequences.of(streams, catalogue)));
            LOG.info("metrics at {}/metrics, health at {}/health/ready", url(), url());
        }
        streams.setUncaughtExceptionHandler(errors);
        streams.setStateListener((now, before) -> onState(now));
        if (config.getString(EddyConfig.NO_MODEL).equals("wait")) {
            gate = new ModelGate(streams, catalogue);
        }
        streams.start();
        reporter.start();
        promoter.start();
    }

    private String scrape() {
        telemetry.showSequences(sequences.byModel(catalogue));
        return telemetry.scrape();
    }

    private void onState(KafkaStreams.State state) {
        LOG.info("instance {} of pipeline {} is {}", config.instanceId(), config.pipeline(), state);
        reporter.reportSoon();
        if (state.hasCompletedShutdown()) {
            stopped.countDown();
        }
    }

    /** Whether the process should be left running. */
    public boolean isAlive() {
        return streams.state() != KafkaStreams.State.ERROR && !streams.state().hasCompletedShutdown();
    }

    /** Whether events are being scored. */
    public boolean isReady() {
        return streams.state() == KafkaStreams.State.RUNNING && !isWaiting();
    }

    private boolean isWaiting() {
        return gate != null && !gate.isOpen();
    }

    private String stateText() {
        KafkaStreams.State state = streams.state();
        return state.isRunningOrRebalancing() && isWaiting() ? "WAITING_FOR_MODEL" : state.toString();
    }

    /** What this instance knows of models and deployments. */
    public Catalogue catalogue() {
        return catalogue;
    }

    /** Where commands on other machines reach metrics, health and states; null if they are off. */
    private String advertisedUrl() {
        return http == null ? null : "http://" + config.advertisedHost() + ":" + http.port();
    }

    /** Where metrics, health and states are; null if they are off. */
    public String url() {
        return http == null ? null : "http://" + config.getString(EddyConfig.HTTP_HOST) + ":" + http.port();
    }

    /**
     * Waits until the stream has stopped.
     *
     * @throws OperationFailedException if an error stopped it
     */
    public void awaitStopped() throws InterruptedException {
        stopped.await();
        if (errors.fatal() != null) {
            throw new OperationFailedException(
                    "the instance stopped because of an error that stays: "
                            + errors.fatal().getMessage() + "; the log has the details",
                    errors.fatal());
        }
    }

    /** Commits what is done, leaves the group so that others take over at once, and stops everything; once. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (gate != null) {
            gate.close();
        }
        streams.close(CloseOptions.timeout(CLOSE_TIMEOUT)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        promoter.close();
        reporter.close();
        catalogue.close();
        if (http != null) {
            http.close();
        }
        telemetry.close();
        stopped.countDown();
    }
}
