package dev.eddy.app.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eddy.catalogue.Challenger;
import dev.eddy.catalogue.Deployment;
import dev.eddy.model.ModelId;
import dev.eddy.schema.InstanceStatus;
import dev.eddy.schema.ModelStatus;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A pipeline's status for programs: one JSON object on one line. Its names stay; times are epoch milliseconds. */
public final class StatusJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private StatusJson() {}

    /** The object. */
    public static String text(PipelineStatus status) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("pipeline", status.pipeline());
        object.put("applicationId", status.applicationId());
        object.put("time", status.time());
        object.put("deployment", newest(status, ""));
        object.put("rollback", rollback(status, ""));
        if (status.isNamed()) {
            object.put(
                    "models",
                    status.histories().keySet().stream()
                            .map(name -> named(status, name))
                            .toList());
        }
        object.put(
                "history",
                status.deployments().stream().map(StatusJson::deployment).toList());
        object.put(
                "sequences",
                status.sequences().stream().map(StatusJson::sequences).toList());
        object.put(
                "measured", status.measured().stream().map(StatusJson::measured).toList());
        object.put("lag", lag(status));
        object.put(
                "instances",
                status.instances().stream().map(StatusJson::instance).toList());
        try {
            return JSON.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps, lists, texts and numbers can be written as JSON", e);
        }
    }

    private static Map<String, Object> named(PipelineStatus status, String name) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", name);
        object.put("deployment", newest(status, name));
        object.put("rollback", rollback(status, name));
        return object;
    }

    private static Map<String, Object> newest(PipelineStatus status, String name) {
        Deployment newest = status.newest(name);
        return newest == null ? null : deployment(newest);
    }

    private static Map<String, Object> model(ModelId id) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("name", id.name());
        model.put("version", id.version());
        model.put("fingerprint", id.fingerprint().toString());
        return model;
    }

    private static Map<String, Object> deployment(Deployment deployment) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("generation", deployment.generation());
        object.put("model", model(deployment.model()));
        object.put("from", deployment.from() == Deployment.BEGINNING ? null : deployment.from());
        object.put("decidedAt", deployment.deployedAt());
        object.put("transition", lowerCase(deployment.transition().kind()));
        object.put("warmUp", deployment.transition().warmUp());
        object.put("keepMs", deployment.keepMs());
        object.put("challenger", deployment.challenger() == null ? null : challenger(deployment.challenger()));
        object.put("reason", deployment.reason());
        return object;
    }

    private static Map<String, Object> challenger(Challenger challenger) {
        Map<String, Object> object = model(challenger.model());
        object.put("share", challenger.share());
        object.put("mode", challenger.answers() ? "canary" : "shadow");
        object.put("warmUp", challenger.warmUp());
        object.put("rule", challenger.rule() == null ? null : challenger.rule().toString());
        return object;
    }

    private static Map<String, Object> rollback(PipelineStatus status, String name) {
        RolloutPlanner.Arrival arrival = status.arrival(name);
        if (arrival == null || arrival.before() == null) {
            return null;
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("model", model(arrival.before()));
        object.put("keepMs", arrival.deployment().keepMs());
        object.put("statesKeptUntil", arrival.keptUntil());
        return object;
    }

    private static Map<String, Object> sequences(PipelineStatus.Sequences sequences) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", sequences.name());
        object.put("version", sequences.version());
        object.put("fingerprint", sequences.fingerprint());
        object.put("count", sequences.count());
        object.put("share", sequences.share());
        return object;
    }

    private static Map<String, Object> measured(PipelineStatus.Measured measured) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("generation", measured.generation());
        object.put("role", lowerCase(measured.role()));
        object.put("name", measured.name());
        object.put("version", measured.version());
        object.put("fingerprint", measured.fingerprint());
        object.put("events", measured.events());
        object.put("nllEvents", measured.nllEvents());
        object.put("mae", measured.mae());
        object.put("mse", measured.mse());
        object.put("nll", measured.nll());
        object.put("error", measured.error());
        return object;
    }

    private static Map<String, Object> lag(PipelineStatus status) {
        Map<String, Object> object = new LinkedHashMap<>();
        ConsumerLag lag = status.lag();
        object.put("events", lag == null ? null : lag.events());
        List<Map<String, Object>> partitions = new ArrayList<>();
        if (lag != null) {
            for (ConsumerLag.Partition partition : lag.partitions()) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("topic", partition.topic());
                one.put("partition", partition.number());
                one.put("committed", partition.committed());
                one.put("end", partition.end());
                one.put("behind", partition.behind());
                partitions.add(one);
            }
        }
        object.put("partitions", partitions);
        object.put("unknown", status.noLag());
        return object;
    }

    private static Map<String, Object> instance(InstanceStatus report) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("instance", report.getInstance());
        object.put("live", InstanceReports.isLive(report));
        object.put("state", report.getState());
        object.put("startedAt", report.getStartedAt());
        object.put("reportedAt", report.getReportedAt());
        object.put("generation", report.getGeneration());
        object.put("http", report.getHttp());
        object.put(
                "models", report.getModels().stream().map(StatusJson::version).toList());
        return object;
    }

    private static Map<String, Object> version(ModelStatus model) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", model.getName());
        object.put("version", model.getVersion());
        object.put(
                "fingerprint", HexFormat.of().formatHex(model.getFingerprint().bytes()));
        object.put("verdict", model.getVerdict().name());
        object.put("reason", model.getReason());
        object.put("loaded", model.getLoaded());
        object.put("memoryBytes", model.getMemoryBytes());
        object.put("signedBy", model.getSignedBy());
        return object;
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
