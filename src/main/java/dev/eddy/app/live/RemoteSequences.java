package dev.eddy.app.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.eddy.app.OperationFailedException;
import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.app.topics.Topics;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import dev.eddy.schema.InstanceStatus;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Finds the live state of a sequence: asks every running instance of a pipeline that says where its HTTP is. */
public final class RemoteSequences {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final EddyConfig config;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    public RemoteSequences(EddyConfig config) {
        this.config = config;
    }

    /**
     * The state of a sequence.
     *
     * @param key   its key as a text, in the way predictions show it
     * @param model name of its model; null where events name no models
     * @throws OperationFailedException if no instance holds it, or one that may hold it cannot be asked; says what to do
     */
    public RemoteSequence find(String key, String model) throws InterruptedException {
        List<RemoteSequence> found = new ArrayList<>();
        Set<Integer> searched = new HashSet<>();
        List<String> silent = new ArrayList<>();
        for (InstanceStatus instance : running()) {
            try {
                JsonNode answer = ask(instance, key, model);
                answer.path(SequenceEndpoint.PARTITIONS).forEach(partition -> searched.add(partition.asInt()));
                if (answer.has(SequenceEndpoint.STATE)) {
                    found.add(sequence(instance, answer));
                }
            } catch (IOException | IllegalArgumentException e) {
                silent.add("instance " + instance.getInstance() + ": " + e.getMessage());
            }
        }
        if (found.size() > 1) {
            throw new OperationFailedException(found.size() + " instances hold sequence '" + key
                    + "', as when partitions move from one to the other; try again");
        } else if (found.isEmpty()) {
            throw new OperationFailedException(notFound(key, searched, silent));
        }
        return found.get(0);
    }

    private String notFound(String key, Set<Integer> searched, List<String> silent) {
        Set<Integer> missing = new TreeSet<>(Topics.inputPartitions(config));
        missing.removeAll(searched);
        if (missing.isEmpty()) {
            return "no instance of pipeline " + config.pipeline() + " holds a sequence '" + key
                    + "'; check the key: a sequence begins with its first event and ends with a tombstone";
        }
        String why = silent.isEmpty() ? "they are between two instances; try again" : String.join("; ", silent);
        return "sequence '" + key + "' was not found, but the partitions " + missing + " could not be searched (" + why
                + ")";
    }

    private List<InstanceStatus> running() {
        try (InstanceReports reports = new InstanceReports(config)) {
            List<InstanceStatus> live = reports.live();
            if (live.isEmpty()) {
                throw new OperationFailedException("no instance of pipeline " + config.pipeline()
                        + " is running, so there is no live state; start one with 'eddy run'");
            }
            return live;
        }
    }

    /** What one instance says: the sequence, or which partitions it has searched for it. */
    private JsonNode ask(InstanceStatus instance, String key, String model) throws IOException, InterruptedException {
        if (instance.getHttp() == null) {
            throw new IOException("its HTTP is off; start it with an eddy.http.port that is not -1");
        }
        String path = "/sequences/" + encoded(key) + (model == null ? "" : "?model=" + encoded(model));
        HttpRequest request = HttpRequest.newBuilder(URI.create(instance.getHttp() + path))
                .timeout(PATIENCE)
                .build();
        HttpResponse<String> response = send(instance, request);
        JsonNode json = tree(response.body());
        // Two machines may both announce their 127.0.0.1.
        if (!config.pipeline().equals(json.path(SequenceEndpoint.PIPELINE).asText())
                || !instance.getInstance()
                        .equals(json.path(SequenceEndpoint.INSTANCE).asText())) {
            throw new IOException("something else answers at " + instance.getHttp()
                    + "; set its eddy.http.host and eddy.http.advertised.host to what this machine reaches");
        }
        if (response.statusCode() != 200 && response.statusCode() != 404) {
            throw new IOException(json.path(SequenceEndpoint.ERROR).asText());
        }
        return json;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpResponse<String> send(InstanceStatus instance, HttpRequest request)
            throws IOException, InterruptedException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IOException(
                    "no answer from " + instance.getHttp()
                            + "; check that this machine reaches it, or set its eddy.http.host and"
                            + " eddy.http.advertised.host",
                    e);
        }
    }

    private static JsonNode tree(String body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private static RemoteSequence sequence(InstanceStatus instance, JsonNode json) throws IOException {
        ModelId model = new ModelId(
                json.path(SequenceEndpoint.MODEL).asText(),
                json.path(SequenceEndpoint.VERSION).asText(),
                Fingerprint.ofHex(json.path(SequenceEndpoint.FINGERPRINT).asText()));
        return new RemoteSequence(
                instance.getInstance(),
                model,
                json.path(SequenceEndpoint.GENERATION).asInt(),
                json.path(SequenceEndpoint.STEPS).asLong(),
                json.path(SequenceEndpoint.LAST_EVENT_TIME).asLong(),
                json.path(SequenceEndpoint.STATE).binaryValue());
    }
}
