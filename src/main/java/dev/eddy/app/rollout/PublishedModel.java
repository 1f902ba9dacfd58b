package dev.eddy.app.rollout;

import dev.eddy.app.OperationFailedException;
import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.ControlRecords;
import dev.eddy.catalogue.Deployment;
import dev.eddy.model.ModelId;
import dev.eddy.schema.ModelManifest;
import dev.eddy.schema.PrepareRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A version on the control topic.
 *
 * @param manifest    its manifest
 * @param chunks      keys of its chunks that are there
 * @param deployments generations of the deployments that name it, by pipeline
 * @param asked       whether somebody is about to deploy it
 */
public record PublishedModel(
        ModelManifest manifest, List<String> chunks, SortedMap<String, List<Integer>> deployments, boolean asked) {
    private static final String MANIFEST = "manifest/";
    private static final String CHUNK = "chunk/";
    private static final String DEPLOYMENT = "deployment/";
    private static final String PREPARE = "prepare/";

    /** Name, version and content. */
    public ModelId id() {
        return ControlRecords.model(manifest);
    }

    /**
     * All versions, by name, the newest first.
     *
     * @param table the control topic: the newest value of every key
     * @param now   the time, epoch milliseconds
     * @throws OperationFailedException if the deployments of a pipeline are garbage; garbage manifests are left out
     */
    static List<PublishedModel> all(Map<String, byte[]> table, long now) {
        List<PublishedModel> models = new ArrayList<>();
        table.forEach((key, value) -> {
            if (key.startsWith(MANIFEST)) {
                try {
                    models.add(of(ControlRecords.manifest(value), table, now));
                } catch (IOException e) {
                    // Not a version that anybody could deploy.
                }
            }
        });
        models.sort(
                Comparator.comparing((PublishedModel model) -> model.manifest().getName())
                        .thenComparing(model -> model.manifest().getPublishedAt(), Comparator.reverseOrder()));
        return models;
    }

    private static PublishedModel of(ModelManifest manifest, Map<String, byte[]> table, long now) {
        String prefix = CHUNK + manifest.getName() + "/" + manifest.getVersion() + "/";
        List<String> chunks =
                table.keySet().stream().filter(key -> key.startsWith(prefix)).toList();
        ModelId id = ControlRecords.model(manifest);
        return new PublishedModel(manifest, chunks, generations(id, table), isAsked(id, table, now));
    }

    private static SortedMap<String, List<Integer>> generations(ModelId id, Map<String, byte[]> table) {
        SortedMap<String, List<Integer>> generations = new TreeMap<>();
        table.forEach((key, value) -> {
            if (key.startsWith(DEPLOYMENT)) {
                try {
                    List<Integer> naming = ControlRecords.deployments(value).deployments().stream()
                            .filter(deployment -> deployment.names(id))
                            .map(Deployment::generation)
                            .toList();
                    if (!naming.isEmpty()) {
                        generations.put(key.substring(DEPLOYMENT.length()), naming);
                    }
                } catch (IOException e) {
                    throw new OperationFailedException(
                            "the record " + key + " is garbage, so it is not known which models it needs; remove it, or"
                                    + " deploy again",
                            e);
                }
            }
        });
        return generations;
    }

    private static boolean isAsked(ModelId id, Map<String, byte[]> table, long now) {
        return table.entrySet().stream()
                .filter(record -> record.getKey().startsWith(PREPARE))
                .anyMatch(record -> asks(record.getValue(), id, now));
    }

    private static boolean asks(byte[] value, ModelId id, long now) {
        try {
            PrepareRecord record = ControlRecords.prepare(value);
            return ControlRecords.models(record).contains(id) && now < record.getRequestedAt() + Catalogue.PREPARED_MS;
        } catch (IOException e) {
            return false; // Instances ignore it too.
        }
    }
}
